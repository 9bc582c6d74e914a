//! The OpenAPI document: what the code says, and what holds for every endpoint.

use crate::problem::{FieldError, PROBLEM_JSON, ProblemBody};
use utoipa::openapi::path::Operation;
use utoipa::openapi::schema::Components;
use utoipa::openapi::security::{HttpAuthScheme, HttpBuilder, SecurityRequirement, SecurityScheme};
use utoipa::openapi::{ContentBuilder, Info, License, OpenApi, OpenApiBuilder, Ref, ResponseBuilder, Server};
use utoipa::{PartialSchema, ToSchema};

/// What needs no key begins otherwise.
const WITH_KEY: &str = "/v1/";

/// The document's head.
pub fn head() -> OpenApi {
    let mut info = Info::new("Toccata", env!("CARGO_PKG_VERSION"));
    info.description = Some(
        "Overhead piano video in, every note out with the finger that played it. Errors are problems (RFC 9457) with stable codes; lists are read \
         page by page with opaque cursors; POSTs may carry an Idempotency-Key."
            .to_owned(),
    );
    info.license = Some(License::new("MIT OR Apache-2.0"));
    OpenApiBuilder::new().info(info).build()
}

/// Adds what holds for every endpoint: keys, and how requests fail.
pub fn complete(mut document: OpenApi, public_url: &str) -> OpenApi {
    if !public_url.is_empty() {
        document.servers = Some(vec![Server::new(public_url)]);
    }
    let components = document.components.get_or_insert_with(Components::new);
    components
        .schemas
        .insert("Problem".to_owned(), <ProblemBody as PartialSchema>::schema());
    components.schemas.insert(FieldError::name().into_owned(), FieldError::schema());
    let bearer = HttpBuilder::new().scheme(HttpAuthScheme::Bearer).bearer_format("tcc_...").build();
    components.add_security_scheme("key", SecurityScheme::Http(bearer));
    for (path, item) in &mut document.paths.paths {
        let operations = [
            &mut item.get,
            &mut item.post,
            &mut item.patch,
            &mut item.delete,
            &mut item.head,
            &mut item.put,
        ];
        for operation in operations.into_iter().flatten() {
            add_failures(path, operation);
        }
    }
    document
}

fn add_failures(path: &str, operation: &mut Operation) {
    let has_parameters = operation.parameters.as_ref().is_some_and(|parameters| !parameters.is_empty());
    let mut statuses = vec![("500", "A fault on our side")];
    if path.starts_with(WITH_KEY) {
        statuses.extend([
            ("401", "A valid API key is needed"),
            ("403", "The key may not do this"),
            ("429", "Too many requests"),
            ("503", "The catalog or the store cannot be reached"),
        ]);
        operation.security = Some(vec![SecurityRequirement::new("key", Vec::<String>::new())]);
    }
    if has_parameters {
        statuses.push(("400", "A parameter cannot be used"));
    }
    // A submission may name uploads that are not there.
    if path.contains('{') || path == "/v1/videos" {
        statuses.push(("404", "There is no such thing"));
    }
    if path.ends_with("/cancel") || path.ends_with("/retry") || path.ends_with("/replay") || path.ends_with("/retry-failed") {
        statuses.push(("409", "The state does not allow it"));
    }
    if operation.request_body.is_some() {
        statuses.extend([
            ("400", "The body is malformed"),
            ("409", "The same request is being answered"),
            ("413", "The body is too long"),
            ("415", "The body is of another media type"),
            ("422", "The body is not what is expected"),
        ]);
    }
    for (status, description) in statuses {
        let problem = ContentBuilder::new().schema(Some(Ref::from_schema_name("Problem"))).build();
        let response = ResponseBuilder::new()
            .description(description)
            .content(PROBLEM_JSON, problem)
            .build();
        operation
            .responses
            .responses
            .entry(status.to_owned())
            .or_insert_with(|| response.into());
    }
}
