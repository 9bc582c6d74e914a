//! Lists are read page by page, with an opaque cursor: a page begins where the one before ended, however much was added since.

use crate::problem::Problem;
use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use serde::{Deserialize, Serialize};
use std::fmt::Display;
use std::str::FromStr;
use utoipa::{IntoParams, ToSchema};

/// Items of a page unless the caller says otherwise.
const ITEMS_DEFAULT: i64 = 50;
/// More would make answers of some megabytes.
const ITEMS_MAX: i64 = 1000;
/// Says how what follows is written, so that it may change.
const CURSOR_VERSION: &str = "1:";

/// Which page.
#[derive(Clone, Debug, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct PageRequest {
    /// `next_cursor` of the page before. Opaque.
    pub cursor: Option<String>,
    /// At most this many items; 50 unless given.
    #[param(minimum = 1, maximum = 1000)]
    pub limit: Option<i64>,
}

/// A page of a list.
#[derive(Debug, Serialize, ToSchema)]
pub struct Page<T> {
    /// What is on it.
    pub items: Vec<T>,
    /// Where the next page begins; null on the last one.
    pub next_cursor: Option<String>,
}

impl<T> Page<T> {
    /// A page of at most `limit` items, of which one more was asked for to see whether another page follows. `place` is what
    /// the cursor remembers of the last item.
    pub fn cut<P: Display>(mut items: Vec<T>, limit: i64, place: impl Fn(&T) -> P) -> Page<T> {
        let limit = usize::try_from(limit).unwrap_or(0);
        let more = items.len() > limit;
        items.truncate(limit);
        let next_cursor = items.last().filter(|_| more).map(|last| cursor_of(place(last)));
        Page { items, next_cursor }
    }

    /// The same page of something else.
    pub fn map<U>(self, change: impl FnMut(T) -> U) -> Page<U> {
        Page {
            items: self.items.into_iter().map(change).collect(),
            next_cursor: self.next_cursor,
        }
    }
}

/// Items wanted.
pub fn checked_limit(limit: Option<i64>) -> Result<i64, Problem> {
    match limit.unwrap_or(ITEMS_DEFAULT) {
        limit @ 1..=ITEMS_MAX => Ok(limit),
        _ => Err(Problem::invalid_query("limit", format!("must be 1 to {ITEMS_MAX}"))),
    }
}

/// The cursor that goes on after this place.
pub fn cursor_of(place: impl Display) -> String {
    BASE64_URL_SAFE_NO_PAD.encode(format!("{CURSOR_VERSION}{place}"))
}

/// The place a cursor goes on after.
pub fn read_cursor<P: FromStr>(cursor: Option<&str>) -> Result<Option<P>, Problem> {
    let read = |cursor: &str| {
        let bytes = BASE64_URL_SAFE_NO_PAD.decode(cursor).ok()?;
        String::from_utf8(bytes).ok()?.strip_prefix(CURSOR_VERSION)?.parse().ok()
    };
    match cursor {
        None => Ok(None),
        Some(cursor) => read(cursor)
            .map(Some)
            .ok_or_else(|| Problem::invalid_query("cursor", "is not a cursor of this list: use next_cursor of the page before")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cursor_leads_back_to_its_place() {
        let page = Page::cut(vec![5_i64, 4, 3], 2, |item| *item);
        assert_eq!(page.items, [5, 4]);
        assert_eq!(read_cursor(page.next_cursor.as_deref()).unwrap(), Some(4_i64));
        assert!(Page::cut(vec![5_i64, 4], 2, |item| *item).next_cursor.is_none());
    }

    #[test]
    fn rubbish_is_no_cursor() {
        for rubbish in ["", "x", "%%%", "MTo"] {
            assert!(read_cursor::<i64>(Some(rubbish)).is_err(), "{rubbish}");
        }
    }
}
