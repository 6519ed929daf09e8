// The API's documentation: Swagger UI over the description that the program makes of its own route tables. Whoever is
// logged in can try the requests: the session's CSRF token is added to what changes something.

/** @type {Promise<{csrf_token: string | null, user: {id: string} | null}> | null} */
let asked = null;

/** The session's CSRF token and user, or null when nobody is logged in. Asked for once. */
function askStatus() {
  asked ??= fetch("/api/status").then((answer) => answer.json());
  return asked;
}

/** @param {{ url: string, method?: string, headers: Record<string, string> }} request */
async function addToken(request) {
  const method = (request.method ?? "GET").toUpperCase();
  if (request.headers.Authorization || request.url.endsWith("/openapi.json")) return request;
  const { csrf_token: token, user } = await askStatus();
  if (token && method !== "GET") request.headers["X-CSRF-Token"] = token;
  if (user) request.headers["X-Page-User"] = user.id;
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
