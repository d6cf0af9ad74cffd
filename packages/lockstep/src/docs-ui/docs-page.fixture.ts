/** The documentation's page in a browser, as a person uses it. */
import type { BrowserContext, Locator, Page } from "playwright-core";

/** What a person types and ticks in one scheme's part of the Authorize dialog. */
export interface Typed {
  /** By the id of the input. */
  readonly fields?: Readonly<Record<string, string>>;
  /** The scopes whose box is clicked: those of the password flow are ticked before, those of other flows are not. */
  readonly toggledScopes?: readonly string[];
}

/** What the page shows of an answer. */
export interface Shown {
  readonly status: string;
  readonly body: string;
}

const observer = `addEventListener("securitypolicyviolation", (event) => console.error("violation of " + event.effectiveDirective + ": " + event.blockedURI));`;

/** A page, and what it did that it should not. */
export class DocsPage {
  readonly page: Page;
  /** Violations of the content security policy, and errors that nothing caught. */
  readonly troubles: string[] = [];
  /** The origins of everything that was asked for. */
  readonly origins: Set<string> = new Set();

  private constructor(page: Page) {
    this.page = page;
    page.on("console", (message) => {
      // A refusal (401 …) is logged by the browser itself.
      if (message.type() === "error" && !message.text().startsWith("Failed to load resource")) this.troubles.push(message.text());
    });
    page.on("pageerror", (error) => this.troubles.push(error.message));
    page.on("request", (request) => {
      const { protocol, origin } = new URL(request.url());
      if (protocol !== "data:") this.origins.add(origin);
    });
  }

  /** Opens the page and waits until the operations are there. */
  static async open(context: BrowserContext, url: string): Promise<DocsPage> {
    await context.addInitScript(observer);
    const docs = new DocsPage(await context.newPage());
    await docs.page.goto(url);
    await docs.ready();
    return docs;
  }

  /** Waits until the operations are there. */
  async ready(): Promise<void> {
    await this.page.locator(".opblock").first().waitFor();
  }

  /** Opens the dialog, fills in one scheme's part and presses its Authorize button. The dialog stays open. */
  async press(scheme: string, { fields = {}, toggledScopes = [] }: Typed): Promise<Locator> {
    const part = await this.openDialog(scheme);
    for (const [id, value] of Object.entries(fields)) await part.locator(`[id="${id}"]`).fill(value);
    for (const scope of toggledScopes) await part.locator(`.scopes label[for^="${scope}-"]`).click();
    await part.locator("button.authorize").click();
    return part;
  }

  /** Authorizes with one scheme and closes the dialog. */
  async authorize(scheme: string, typed: Typed): Promise<void> {
    const part = await this.press(scheme, typed);
    await logoutOf(part).waitFor();
    await this.closeDialog();
  }

  /** Takes the credential of one scheme back. */
  async logout(scheme: string): Promise<void> {
    const part = await this.openDialog(scheme);
    await logoutOf(part).click();
    await logoutOf(part).waitFor({ state: "detached" });
    await this.closeDialog();
  }

  /** Closes the dialog. */
  async closeDialog(): Promise<void> {
    await this.page.locator(".close-modal").click();
  }

  /**
   * Executes an operation, such as `GET /me`, with "Try it out" and reads the answer off the page. A body is the text of the
   * editor, or the fields of a form by name; without one, the page's own example is sent.
   */
  async execute(operation: string, typed?: string | Readonly<Record<string, string>>): Promise<Shown> {
    const [method = "", path = ""] = operation.split(" ");
    const block = this.page.locator(`.opblock-${method.toLowerCase()}`, { has: this.page.locator(`[data-path="${path}"]`) });
    if (!(await block.getAttribute("class"))?.includes("is-open")) await block.locator(".opblock-summary-control").click();
    if (typeof typed === "string") await block.locator("textarea.body-param__text").fill(typed);
    else
      for (const [name, value] of Object.entries(typed ?? {}))
        await block.locator(`[data-property-name="${name}"] input`).fill(value);
    // An earlier answer is removed, or it would be read for the next.
    const clear = block.locator("button.btn-clear");
    if (await clear.isVisible()) await clear.click();
    const answered = this.page.waitForResponse(
      (response) => response.request().method() === method && new URL(response.url()).pathname.endsWith(path),
    );
    await block.locator("button.execute").click();
    await answered;
    const answer = block.locator(".live-responses-table .response");
    const status = (await answer.locator(".response-col_status").innerText()).trim();
    const body = (await answer.locator(".response-col_description .highlight-code").first().innerText()).trim();
    return { status: status.split("\n")[0] ?? "", body };
  }

  /** The operations that show a lock, such as `GET /me`. */
  async locked(): Promise<readonly string[]> {
    const blocks = await this.page.locator(".opblock", { has: this.page.locator(".authorization__btn") }).all();
    return Promise.all(
      blocks.map(async (block) => {
        const path = await block.locator("[data-path]").getAttribute("data-path");
        return `${await block.locator(".opblock-summary-method").innerText()} ${path}`;
      }),
    );
  }

  /** Opens the dialog and returns one scheme's part of it. */
  async openDialog(scheme: string): Promise<Locator> {
    await this.page.locator(".auth-wrapper > .authorize").click();
    return this.page.locator(".auth-container", { has: this.page.locator("h4", { hasText: new RegExp(`^\\s*${scheme}\\b`) }) });
  }
}

/** The button that takes a credential back; it is there once one was given. */
export function logoutOf(part: Locator): Locator {
  return part.getByRole("button", { name: "Remove authorization" });
}
