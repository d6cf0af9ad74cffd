/** The page's own style, as text: the logo, and the background before the script has run. The rest is Swagger UI's. */
export const pageStyle = `.api-logo {
  max-width: 1460px;
  margin: 0 auto;
  padding: 20px 20px 0;
}

.api-logo img {
  display: block;
  max-width: 100%;
  max-height: 64px;
}

.sign-in-notice {
  max-width: 1460px;
  margin: 0 auto;
  padding: 20px 20px 0;
  font-family: sans-serif;
}

html.dark-mode .sign-in-notice {
  color: #e4e6e6;
}

.public-client .wrapper:has([id^="client_secret"]) {
  display: none;
}

html.dark-mode body {
  background: #1c2022;
}

@media (prefers-color-scheme: dark) {
  html[data-theme="auto"],
  html[data-theme="auto"] body {
    background: #1c2022;
  }
}
`;
