//! The W3C trace context that a submission left with its job.

/// The trace's id in a `traceparent`: `00-<32 hexadecimal digits>-<16>-<2>` (W3C Trace Context, 3.2). None: it is not one.
pub(crate) fn trace_id(traceparent: &str) -> Option<&str> {
    let (_version, rest) = traceparent.split_once('-')?;
    let (id, _parent) = rest.split_once('-')?;
    let digits = id.len() == 32 && id.bytes().all(|byte| byte.is_ascii_hexdigit());
    (digits && id.bytes().any(|byte| byte != b'0')).then_some(id)
}

#[cfg(test)]
mod tests {
    use super::trace_id;

    #[test]
    fn only_a_trace_id_is_one() {
        let id = "4bf92f3577b34da6a3ce929d0e0e4736";
        assert_eq!(trace_id(&format!("00-{id}-00f067aa0ba902b7-01")), Some(id));
        for not_one in [
            "",
            "00",
            &format!("00-{id}"),
            "00-4bf9-00f067aa0ba902b7-01",
            &format!("00-{}-1-1", "0".repeat(32)),
        ] {
            assert_eq!(trace_id(not_one), None, "{not_one}");
        }
    }
}
