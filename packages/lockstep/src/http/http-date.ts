/** Dates in header fields (RFC 9110 §5.6.7), in whole seconds. */

const months = "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec".split(" ");
const monthPattern = `(${months.join("|")})`;
const time = String.raw`(\d\d):(\d\d):(\d\d)`;
// Sun, 06 Nov 1994 08:49:37 GMT, and the two forms that clients no longer write.
const preferred = new RegExp(String.raw`^\w{3}, (\d\d) ${monthPattern} (\d{4}) ${time} GMT$`);
const withShortYear = new RegExp(String.raw`^\w{6,9}, (\d\d)-${monthPattern}-(\d\d) ${time} GMT$`);
const withoutZone = new RegExp(String.raw`^\w{3} ${monthPattern} ([ \d]\d) ${time} (\d{4})$`);

/** Milliseconds since 1970; `undefined` for text that is not a date. */
export function parseHttpDate(text: string): number | undefined {
  const [, day, month, year, hour, minute, second] = preferred.exec(text) ?? [];
  if (day !== undefined) return timeOf([year, month, day, hour, minute, second]);
  const short = withShortYear.exec(text);
  if (short !== null) return timeOf([fullYear(Number(short[3])), short[2], short[1], short[4], short[5], short[6]]);
  const last = withoutZone.exec(text);
  return last === null ? undefined : timeOf([last[6], last[1], last[2], last[3], last[4], last[5]]);
}

/** A date as header fields write it. */
export function httpDateOf(at: number): string {
  return new Date(at).toUTCString();
}

/** A year of two digits that looks more than 50 years away is one of the last century (RFC 9110 §5.6.7). */
function fullYear(short: number): string {
  const now = new Date().getUTCFullYear();
  const guess = now - (now % 100) + short;
  return String(guess > now + 50 ? guess - 100 : guess);
}

type Part = string | undefined;

function timeOf([year, month, day, hour, minute, second]: readonly [Part, Part, Part, Part, Part, Part]): number | undefined {
  const index = months.indexOf(month ?? "");
  const at = Date.UTC(Number(year), index, Number(day), Number(hour), Number(minute), Number(second));
  const date = new Date(at);
  // The 31st of February would be a day in March.
  return date.getUTCDate() === Number(day) && Number(hour) < 24 && Number(minute) < 60 && Number(second) < 61 ? at : undefined;
}
