//! Ranges of bytes (RFC 9110, 14): one range is served; several at once are not, and the whole is served instead.

use std::ops::Range;

/// What a `Range` header asks for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Wanted {
    /// All of it.
    Whole,
    /// These bytes.
    Part(Range<u64>),
    /// Nothing that is there.
    Nothing,
}

/// What a `Range` header asks for, of a file of this length. A header that is no range of bytes counts as none.
pub fn wanted(header: Option<&str>, size_bytes: u64) -> Wanted {
    let Some(range) = header.and_then(|header| header.trim().strip_prefix("bytes=")) else {
        return Wanted::Whole;
    };
    let Some((first, last)) = range.split_once('-').filter(|_| !range.contains(',')) else {
        return Wanted::Whole;
    };
    let (first, last) = (first.trim(), last.trim());
    let is_number = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    if (first.is_empty() && last.is_empty()) || !is_number(first) || !is_number(last) {
        return Wanted::Whole;
    }
    // What does not fit into 64 bits lies beyond every file.
    let number = |text: &str| text.parse::<u64>().unwrap_or(u64::MAX);
    let part = match (first, last) {
        ("", last) => size_bytes.saturating_sub(number(last))..size_bytes,
        (first, "") => number(first)..size_bytes,
        (first, last) if number(first) > number(last) => return Wanted::Whole,
        (first, last) => number(first)..size_bytes.min(number(last).saturating_add(1)),
    };
    if part.start < part.end {
        Wanted::Part(part)
    } else {
        Wanted::Nothing
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(header: &str, expected: Wanted) {
        assert_eq!(wanted(Some(header), 100), expected, "{header}");
    }

    #[test]
    fn ranges_are_read_as_the_standard_says() {
        check("bytes=0-9", Wanted::Part(0..10));
        check("bytes=90-", Wanted::Part(90..100));
        check("bytes=90-1000", Wanted::Part(90..100));
        check("bytes=-10", Wanted::Part(90..100));
        check("bytes=-1000", Wanted::Part(0..100));
        check("bytes=100-", Wanted::Nothing);
        check("bytes=-0", Wanted::Nothing);
        check("bytes=99999999999999999999-", Wanted::Nothing);
        for other in [
            "",
            "bytes=",
            "bytes=-",
            "bytes=9-0",
            "bytes=a-b",
            "bytes=0-1,5-6",
            "lines=0-9",
            "bytes=0x1-2",
        ] {
            check(other, Wanted::Whole);
        }
        assert_eq!(wanted(None, 100), Wanted::Whole);
        assert_eq!(wanted(Some("bytes=0-0"), 0), Wanted::Nothing);
    }
}
