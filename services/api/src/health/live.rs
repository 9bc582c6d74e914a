//! Says that the program lives.

/// Says that the program lives. Whoever starts it again may rely on this; who sends it requests asks `/readyz`.
#[utoipa::path(get, path = "/healthz", tag = "operation", operation_id = "live",
    responses((status = 200, description = "It lives", body = String, content_type = "text/plain")))]
pub async fn live() -> &'static str {
    "alive\n"
}
