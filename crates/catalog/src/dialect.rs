//! The few words in which PostgreSQL and SQLite differ. Every other word of `sql/` is the same for both; what each statement
//! means is settled by the suite that runs over both.

/// What stands for the words in braces, and for `now_ms()`.
pub(crate) struct Dialect(&'static [(&'static str, &'static str)]);

impl Dialect {
    /// A statement in this dialect.
    pub(crate) fn write(&self, sql: &str) -> String {
        self.0
            .iter()
            .fold(sql.to_owned(), |sql, (word, meaning)| sql.replace(word, meaning))
    }
}

/// PostgreSQL.
#[rustfmt::skip]
pub(crate) const POSTGRES: Dialect = Dialect(&[
    // Submitted videos, from a JSON array; each statement is given only the columns it uses. As json and not jsonb, which would be
    // built once more for the planner.
    ("{items}", "json_to_recordset($1::json) AS item(position bigint, source_id uuid, job_id uuid, canonical text, url text, \
        host text, title text, licence text, legal_basis text, dedupe_key text, kind text, class text, payload text)"),
    // Texts, from a JSON array.
    ("{texts $1}", "SELECT value FROM jsonb_array_elements_text($1::jsonb) AS texts(value)"),
    ("{numbers $1}", "SELECT value::bigint FROM jsonb_array_elements_text($1::jsonb) AS numbers(value)"),
    // Two workers that ask at once get different rows, without waiting for each other.
    ("{skip_locked}", "FOR UPDATE SKIP LOCKED"),
    // The row stays as it is until this transaction ends.
    ("{lock}", "FOR UPDATE"),
    // Only events of transactions older than every one that still runs: none can appear before them later (see event_seq).
    ("{settled}", "seq < (pg_snapshot_xmin(pg_current_snapshot())::text::bigint << 23)"),
    // As a list, worked out first: each job is looked up by index, or each row looked up in the list.
    ("{of_batch $3}", "= ANY (ARRAY(SELECT job_id FROM batch_items WHERE batch_id = $3))"),
    ("{case_insensitive_like}", "ILIKE"),
    // The left side is small or the right side has an index: look each row of the left up in the right.
    ("{join}", "JOIN"),
    ("{by_index}", "set_config('enable_seqscan', 'off', true), set_config('enable_hashjoin', 'off', true), \
        set_config('enable_mergejoin', 'off', true)"),
]);

/// SQLite: one writer at a time, so nothing is locked or unsettled.
#[rustfmt::skip]
pub(crate) const SQLITE: Dialect = Dialect(&[
    ("{items}", "(SELECT json_extract(value, '$.position') AS position, unhex(json_extract(value, '$.source_id'), '-') AS source_id, \
        unhex(json_extract(value, '$.job_id'), '-') AS job_id, json_extract(value, '$.canonical') AS canonical, \
        json_extract(value, '$.url') AS url, json_extract(value, '$.host') AS host, json_extract(value, '$.title') AS title, \
        json_extract(value, '$.licence') AS licence, json_extract(value, '$.legal_basis') AS legal_basis, \
        json_extract(value, '$.dedupe_key') AS dedupe_key, json_extract(value, '$.kind') AS kind, \
        json_extract(value, '$.class') AS class, json_extract(value, '$.payload') AS payload FROM json_each($1)) AS item"),
    ("{texts $1}", "SELECT value FROM json_each($1)"),
    ("{numbers $1}", "SELECT value FROM json_each($1)"),
    ("{skip_locked}", ""),
    ("{lock}", ""),
    ("{settled}", "TRUE"),
    ("{of_batch $3}", "IN (SELECT job_id FROM batch_items WHERE batch_id = $3)"),
    ("{case_insensitive_like}", "LIKE"),
    // For SQLite this is a JOIN that keeps the order in which its tables are written.
    ("{join}", "CROSS JOIN"),
    ("{by_index}", "NULL"),
    ("now_ms()", "CAST(unixepoch('subsec') * 1000 AS INTEGER)"),
]);
