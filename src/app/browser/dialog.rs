//! Modal `<dialog>`s.

use leptos::html::Dialog;
use leptos::prelude::{GetUntracked, NodeRef};

/// Opens the dialog over everything else; the browser keeps the focus inside it.
pub fn show(dialog: NodeRef<Dialog>) {
    if let Some(dialog) = dialog.get_untracked()
        && !dialog.open()
    {
        // Fails only for an element that is not in the page.
        let _ = dialog.show_modal();
    }
}

/// Closes it; the browser gives the focus back to where it was.
pub fn close(dialog: NodeRef<Dialog>) {
    if let Some(dialog) = dialog.get_untracked()
        && dialog.open()
    {
        dialog.close();
    }
}
