/** Certificates of clients for tests, each signed by itself, and their keys. Good for nothing else; valid for 93 years. */
import type { ClientCertificate } from "../token/client-certificate.ts";

/** The certificate of `client.notes.example`, which the provider of the tests knows. */
export const knownCertificate = {
  cert: `-----BEGIN CERTIFICATE-----
MIIBlTCCATugAwIBAgIUPHRL11B9Wpb3V4ne/zvMrkRcE8AwCgYIKoZIzj0EAwIw
HzEdMBsGA1UEAwwUY2xpZW50Lm5vdGVzLmV4YW1wbGUwIBcNMjYxMTI4MTk0NzQ1
WhgPMjExOTEyMzExOTQ3NDVaMB8xHTAbBgNVBAMMFGNsaWVudC5ub3Rlcy5leGFt
cGxlMFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAExNuBY47Ci9wdjFxuWFrf2nhy
O4apoWE1F56GJNKDKJ90/e1XDWfTGsmqR6MDGuOxVGaIs+9jwcEjq+X/B9uDe6NT
MFEwHQYDVR0OBBYEFK1VYnowuKmXh40aYWJm6mmlDEvRMB8GA1UdIwQYMBaAFK1V
YnowuKmXh40aYWJm6mmlDEvRMA8GA1UdEwEB/wQFMAMBAf8wCgYIKoZIzj0EAwID
SAAwRQIhALiaebAVW0kvZQWotSEaysXTU05WqcBjK7iFJoHIaEA6AiAVcmoHvifP
pcg0pwNkbnvrom99SdFvadO1GXB1wp3nrg==
-----END CERTIFICATE-----
`,
  key: `-----BEGIN PRIVATE KEY-----
MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgOOypxv4f9xyx3R6Y
rrsQNreh9oANCICmvIPLpksFkAWhRANCAATE24FjjsKL3B2MXG5YWt/aeHI7hqmh
YTUXnoYk0oMon3T97VcNZ9MayapHowMa47FUZoiz72PBwSOr5f8H24N7
-----END PRIVATE KEY-----
`,
} as const satisfies ClientCertificate;

/** The certificate of `other.notes.example`, which it does not know. */
export const otherCertificate = {
  cert: `-----BEGIN CERTIFICATE-----
MIIBkjCCATmgAwIBAgIUeTQsyeEIQn/EYOEi3HBuzmxZUEQwCgYIKoZIzj0EAwIw
HjEcMBoGA1UEAwwTb3RoZXIubm90ZXMuZXhhbXBsZTAgFw0yNjExMjgxOTQ3NDVa
GA8yMTE5MTIzMTE5NDc0NVowHjEcMBoGA1UEAwwTb3RoZXIubm90ZXMuZXhhbXBs
ZTBZMBMGByqGSM49AgEGCCqGSM49AwEHA0IABNqXCgnJK+tkaropo+yZlONR7+vy
0BQ8ujYPv7Dldpy6ORPSi2mjBrBdT86W4QO3TeF7SVcddpf9TH+7HpBr+OOjUzBR
MB0GA1UdDgQWBBTESenSQRAc4Rdn5LWSnnstXx8JWDAfBgNVHSMEGDAWgBTESenS
QRAc4Rdn5LWSnnstXx8JWDAPBgNVHRMBAf8EBTADAQH/MAoGCCqGSM49BAMCA0cA
MEQCIGFXe9Piy9o4FV62TB+4s9FAryNjzH+8oD1G0MCmDQO2AiB156t3u9uL9SaV
1haCcBHdVw2vlrwhS6BSMRWymvtV4A==
-----END CERTIFICATE-----
`,
  key: `-----BEGIN PRIVATE KEY-----
MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQg2vkBAoZCOl7rCjr4
AaGTid9KVIzuW3lR0+hgUi0x0WmhRANCAATalwoJySvrZGq6KaPsmZTjUe/r8tAU
PLo2D7+w5XacujkT0otpowawXU/OluEDt03he0lXHXaX/Ux/ux6Qa/jj
-----END PRIVATE KEY-----
`,
} as const satisfies ClientCertificate;
