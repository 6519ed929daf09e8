// The API's documentation: Swagger UI over the description that the program makes of its own route tables. Whoever is
// logged in can try the requests: the session's CSRF token is added to what changes something.

/** @type {Promise<string | null> | null} */
let asked = null;

/** The session's CSRF token, or null when nobody is logged in. Asked for once. */
function csrfToken() {
  asked ??= fetch("/api/status")
    .then((answer) => answer.json())
    .then((status) => status.csrf_token);
  return asked;
}

/** @param {{ method?: string, headers: Record<string, string> }} request */
async function addToken(request) {
  const method = (request.method ?? "GET").toUpperCase();
  const token = method === "GET" || request.headers.Authorization ? null : await csrfToken();
  if (token) request.headers["X-CSRF-Token"] = token;
  return request;
}

/** @type {any} */ (window).SwaggerUIBundle({
  url: "/api/openapi.json",
  dom_id: "#docs",
  deepLinking: true,
  docExpansion: "none",
  displayRequestDuration: true,
  filter: true,
  validatorUrl: null,
  requestInterceptor: addToken,
});
