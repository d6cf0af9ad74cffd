/**
 * Certificates of clients for tests. Two are signed by the test certificate (`certificate.fixture.ts`), and one only says so.
 * Good for nothing else; valid until 2120.
 */

/** A certificate and its key, in PEM. */
export interface ClientFiles {
  readonly cert: string;
  readonly key: string;
}

/** The client that tokens are bound to. */
export const holder: ClientFiles = {
  cert: `-----BEGIN CERTIFICATE-----
MIIBFTCBvQICEAEwCgYIKoZIzj0EAwIwGzEZMBcGA1UEAwwQa2V5cy5leGFtcGxl
LmNvbTAgFw0yMDAxMDEwMDAwMDBaGA8yMTIwMDEwMTAwMDAwMFowETEPMA0GA1UE
AwwGaG9sZGVyMFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEs4oJCZcQ9fPW6Psq
zfbJAg4zNlTentmMAlB6H27O8wCJULR9q4ebBu79Hz2wnX/nX+842YhrM6x6SLOr
tiOM8zAKBggqhkjOPQQDAgNHADBEAiA0GYv11Q3XhAT8WpVRD18i0GMN9bZaHTvE
QODhnzLCSwIgPglx3d3/aVY8dSlGlhMnCaA524usRdARndfD/cNCUdk=
-----END CERTIFICATE-----
`,
  key: `-----BEGIN PRIVATE KEY-----
MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgzyAmM7BiItjs6I6z
TUlMJqt0Y5vxTIfIyXOUDDs08/yhRANCAASzigkJlxD189bo+yrN9skCDjM2VN6e
2YwCUHofbs7zAIlQtH2rh5sG7v0fPbCdf+df7zjZiGszrHpIs6u2I4zz
-----END PRIVATE KEY-----
`,
};

/** Another client of the same issuer. */
export const thief: ClientFiles = {
  cert: `-----BEGIN CERTIFICATE-----
MIIBFDCBvAICEAIwCgYIKoZIzj0EAwIwGzEZMBcGA1UEAwwQa2V5cy5leGFtcGxl
LmNvbTAgFw0yMDAxMDEwMDAwMDBaGA8yMTIwMDEwMTAwMDAwMFowEDEOMAwGA1UE
AwwFdGhpZWYwWTATBgcqhkjOPQIBBggqhkjOPQMBBwNCAAT54GHPtewjUh93WMWj
FklokPIBZX+mcP+SizS1LijMMi/YFbtQ0A15OZn14wfUznuv9cQHfjAtWXYc3123
vCOMMAoGCCqGSM49BAMCA0cAMEQCIHKQtjdKoqDDF0WxgCgfE2mr1G5Ju6hy55er
+nWLxpRbAiBONL8zvhiVRMKXoyGWjhnmaUOzTh6ToV9T8nh8fbbkyA==
-----END CERTIFICATE-----
`,
  key: `-----BEGIN PRIVATE KEY-----
MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgg1EpAodyBv8ZvXSP
QBNXqGw7dNjFSkI3k5c0w52y+lahRANCAAT54GHPtewjUh93WMWjFklokPIBZX+m
cP+SizS1LijMMi/YFbtQ0A15OZn14wfUznuv9cQHfjAtWXYc3123vCOM
-----END PRIVATE KEY-----
`,
};

/** A client that calls itself like the holder, and that nobody trusts. */
export const selfmade: ClientFiles = {
  cert: `-----BEGIN CERTIFICATE-----
MIIBDDCBswICEAMwCgYIKoZIzj0EAwIwETEPMA0GA1UEAwwGaG9sZGVyMCAXDTIw
MDEwMTAwMDAwMFoYDzIxMjAwMTAxMDAwMDAwWjARMQ8wDQYDVQQDDAZob2xkZXIw
WTATBgcqhkjOPQIBBggqhkjOPQMBBwNCAAQlIZkw66OBKt+c4CjO9Mz83Anj9wlU
5NAhxEs2hmezFXdDNUv/2NV5fd46nfMUpaD+2kZryWrReIYRNSn2vyt7MAoGCCqG
SM49BAMCA0gAMEUCIGz2FSuGqkTC6PC4Xn4ujF+jsOsIDMjPpUxTLfwl11KMAiEA
wlFNLGPxsWhhqcuJptfh/Q5qcBxzJWH8FAh8wjk7U2s=
-----END CERTIFICATE-----
`,
  key: `-----BEGIN PRIVATE KEY-----
MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQggNULkBSkTw6loCoE
RZ38sURNoXR6JaQmChojokTghj2hRANCAAQlIZkw66OBKt+c4CjO9Mz83Anj9wlU
5NAhxEs2hmezFXdDNUv/2NV5fd46nfMUpaD+2kZryWrReIYRNSn2vyt7
-----END PRIVATE KEY-----
`,
};
