//! Names and ids as the OpenAPI document describes them.

use ::jobs::{Class, JobKind, JobState};
use utoipa::openapi::schema::{ArrayBuilder, ObjectBuilder, SchemaType, Type};
use utoipa::openapi::{Array, Object};

/// The states of a job.
pub fn job_state() -> Object {
    names(JobState::ALL.map(JobState::name))
}

/// The kinds of jobs.
pub fn job_kind() -> Object {
    names(JobKind::ALL.map(JobKind::name))
}

/// Kinds of jobs.
pub fn job_kinds() -> Array {
    ArrayBuilder::new().items(job_kind()).build()
}

/// How urgent jobs are.
pub fn class() -> Object {
    names(Class::ALL.map(Class::name))
}

/// Whatever JSON object somebody wrote.
pub fn any_object() -> Object {
    ObjectBuilder::new().schema_type(Type::Object).build()
}

fn names<const N: usize>(names: [&'static str; N]) -> Object {
    ObjectBuilder::new().schema_type(Type::String).enum_values(Some(names)).build()
}

/// How urgent something is, if said.
pub fn optional_class() -> Object {
    let names = Class::ALL.map(|class| Some(class.name())).into_iter().chain([None]);
    ObjectBuilder::new()
        .schema_type(SchemaType::from_iter([Type::String, Type::Null]))
        .enum_values(Some(names))
        .build()
}
