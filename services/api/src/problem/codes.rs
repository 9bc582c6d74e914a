//! Every name an answer can fail with. Names are never changed; new ones may be added.

/// A stable name of what is wrong, with the status and the title that always go with it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Code {
    /// What programs match on.
    pub name: &'static str,
    /// HTTP status.
    pub status: u16,
    /// What people read first; the same for every occurrence.
    pub title: &'static str,
}

const fn code(status: u16, name: &'static str, title: &'static str) -> Code {
    Code { name, status, title }
}

/// The body is not JSON.
pub const MALFORMED_JSON: Code = code(400, "malformed_json", "The body is not JSON");
/// A query parameter cannot be used.
pub const INVALID_QUERY: Code = code(400, "invalid_query", "A query parameter cannot be used");
/// A header cannot be used.
pub const INVALID_HEADER: Code = code(400, "invalid_header", "A header cannot be used");
/// The request body broke off.
pub const BODY_CUT_OFF: Code = code(400, "body_cut_off", "The body broke off");
/// A multipart body cannot be read.
pub const INVALID_MULTIPART: Code = code(400, "invalid_multipart", "The multipart body cannot be read");
/// No key, or one that is unknown or revoked.
pub const UNAUTHENTICATED: Code = code(401, "unauthenticated", "A valid API key is needed");
/// The key may not do this.
pub const FORBIDDEN: Code = code(403, "forbidden", "The key may not do this");
/// A web page of another origin asks.
pub const CROSS_ORIGIN: Code = code(403, "cross_origin", "Pages of other origins may not ask without a key");
/// There is no such thing.
pub const NOT_FOUND: Code = code(404, "not_found", "There is no such thing");
/// The path exists, but not with this method.
pub const METHOD_NOT_ALLOWED: Code = code(405, "method_not_allowed", "The method is not allowed here");
/// The state something is in does not allow it. Its name is that of the catalog's conflict.
pub const CONFLICT: Code = code(409, "conflict", "The state does not allow it");
/// The same request is being answered.
pub const IDEMPOTENCY_IN_PROGRESS: Code = code(409, "idempotency_in_progress", "The same request is being answered");
/// Bytes arrived for another place of the upload.
pub const UPLOAD_OFFSET: Code = code(409, "upload_offset", "The upload goes on elsewhere");
/// Another request is sending bytes of the upload.
pub const UPLOAD_BUSY: Code = code(409, "upload_busy", "Another request is sending bytes of the upload");
/// What was uploaded makes no file.
pub const UPLOAD_DAMAGED: Code = code(422, "upload_damaged", "What was uploaded makes no file");
/// The upload is not complete.
pub const UPLOAD_INCOMPLETE: Code = code(409, "upload_incomplete", "The upload is not complete");
/// The body is too long.
pub const BODY_TOO_LARGE: Code = code(413, "body_too_large", "The body is too long");
/// The body is of another media type.
pub const UNSUPPORTED_MEDIA_TYPE: Code = code(415, "unsupported_media_type", "The body is of another media type");
/// The requested range lies outside.
pub const RANGE_NOT_SATISFIABLE: Code = code(416, "range_not_satisfiable", "The range lies outside the file");
/// The body is JSON, but not what is expected.
pub const INVALID_BODY: Code = code(422, "invalid_body", "The body is not what is expected");
/// The idempotency key came before with another request.
pub const IDEMPOTENCY_KEY_REUSED: Code = code(422, "idempotency_key_reused", "The idempotency key belongs to another request");
/// What was uploaded has another hash than announced.
pub const UPLOAD_HASH: Code = code(422, "upload_hash", "The uploaded file has another hash than announced");
/// The address cannot be worked on. Its name is that of the refusal.
pub const SOURCE_REFUSED: Code = code(422, "source_refused", "The video is not accepted");
/// Too many requests.
pub const RATE_LIMITED: Code = code(429, "rate_limited", "Too many requests");
/// Too many unfinished jobs.
pub const QUOTA_EXCEEDED: Code = code(429, "quota_exceeded", "Too many unfinished jobs");
/// A fault of ours.
pub const INTERNAL: Code = code(500, "internal", "A fault on our side");
/// The catalog cannot be reached.
pub const CATALOG_UNAVAILABLE: Code = code(503, "catalog_unavailable", "The catalog cannot be reached");
/// The store cannot be reached.
pub const STORE_UNAVAILABLE: Code = code(503, "store_unavailable", "The artifact store cannot be reached");
/// The store has no room.
pub const STORE_FULL: Code = code(507, "store_full", "The artifact store has no room");
