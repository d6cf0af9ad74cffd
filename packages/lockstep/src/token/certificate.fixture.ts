/** A certificate for `keys.example.com` that tests trust, and its key. Good for nothing else; valid until 2120. */

/** The key. */
export const testKey = `-----BEGIN PRIVATE KEY-----
MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgCCLPUAbtP9ZCSSGq
1XnZl9g59YpYPPSl4rTfu6SsVaahRANCAATfyfHkc8t/Helql2QP6gM9AmQb0HXu
2qRgfH10YiO1lvJSuPVM5iVT6mtYtOiUG6T4aQJ8kqqnRWtnj9UeoFjs
-----END PRIVATE KEY-----
`;

/** The certificate, signed by itself. */
export const testCertificate = `-----BEGIN CERTIFICATE-----
MIIBdjCCARygAwIBAgIBATAKBggqhkjOPQQDAjAbMRkwFwYDVQQDDBBrZXlzLmV4
YW1wbGUuY29tMCAXDTIwMDEwMTAwMDAwMFoYDzIxMjAwMTAxMDAwMDAwWjAbMRkw
FwYDVQQDDBBrZXlzLmV4YW1wbGUuY29tMFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcD
QgAE38nx5HPLfx3papdkD+oDPQJkG9B17tqkYHx9dGIjtZbyUrj1TOYlU+prWLTo
lBuk+GkCfJKqp0VrZ4/VHqBY7KNPME0wDwYDVR0TAQH/BAUwAwEB/zAbBgNVHREE
FDASghBrZXlzLmV4YW1wbGUuY29tMB0GA1UdDgQWBBS3EHRfhw2ANpgtqN/PKUVO
NOeS3jAKBggqhkjOPQQDAgNIADBFAiEAjM3F8iB5ERtsObAyY1c9uv38PFyvDk21
UIvf4aLwvSICIDWkhx8aIx55IIKySmqrv7pxGMuteMKlUejLv+9UUM9U
-----END CERTIFICATE-----
`;
