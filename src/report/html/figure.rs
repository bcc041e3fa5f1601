//! A figure within a page.

use crate::report::Picture;
use serde::Serialize;

/// A figure within a page.
#[derive(Serialize)]
pub(super) struct Figure<'a> {
    name: &'a str,
    title: &'a str,
    caption: &'a str,
    /// The SVG element.
    svg: &'a str,
}

impl<'a> Figure<'a> {
    pub(super) fn of(picture: &'a Picture) -> Self {
        // What stands in front of the element is for files of their own.
        let start = picture.svg.find("<svg").unwrap_or(0);
        Self {
            name: &picture.name,
            title: &picture.title,
            caption: &picture.caption,
            svg: &picture.svg[start..],
        }
    }
}
