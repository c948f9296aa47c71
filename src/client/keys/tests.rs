//! What the keys mean.

use super::*;

fn press(key: &str) -> Press {
    Press {
        key: key.to_owned(),
        ..Press::default()
    }
}

#[test]
fn keys_of_the_input_method_mean_nothing() {
    for key in ["Enter", "Escape", "ArrowUp", "Process"] {
        let composing = Press {
            is_composing: true,
            ..press(key)
        };
        // Safari, after the word has ended; with Ctrl, too.
        let ended = Press {
            code: 229,
            is_commanded: true,
            ..press(key)
        };
        for taken in [composing, ended] {
            assert!(taken.is_taken());
            assert_eq!(taken.meaning(true), None, "{taken:?}");
            assert_eq!(taken.meaning(false), None, "{taken:?}");
        }
    }
    assert_eq!(press("Escape").meaning(true), Some(Meaning::Cancel));
    assert_eq!(press("ArrowUp").meaning(true), Some(Meaning::Up));
}

#[test]
fn with_fingers_enter_breaks_the_line_and_a_keyboard_sends_with_ctrl() {
    let enter = press("Enter");
    let shifted = Press {
        is_shifted: true,
        ..enter.clone()
    };
    let commanded = Press {
        is_commanded: true,
        ..enter.clone()
    };
    let both = Press {
        is_shifted: true,
        ..commanded.clone()
    };
    let meanings =
        |enter_sends| [&enter, &shifted, &commanded, &both].map(|press| press.meaning(enter_sends));
    assert_eq!(
        meanings(true),
        [Some(Meaning::Send), None, Some(Meaning::Send), None]
    );
    assert_eq!(meanings(false), [None, None, Some(Meaning::Send), None]);
}

/// What this key is for, pressed there by itself.
fn by_itself(key: &str, at: At) -> Option<Command> {
    press(key).command(at, true)
}

const EVERYWHERE: [At; 5] = [At::Field, At::Log, At::Modal, At::Finder, At::Page];

#[test]
fn arrows_and_letters_walk_the_log_and_only_the_log() {
    for (keys, step) in [
        (["ArrowUp", "k"], Step::Older),
        (["ArrowDown", "j"], Step::Newer),
    ] {
        for key in keys {
            assert_eq!(by_itself(key, At::Log), Some(Command::Step(step)));
            assert_eq!(by_itself(key, At::Field), None);
            assert_eq!(by_itself(key, At::Modal), None);
        }
    }
    assert_eq!(by_itself("Home", At::Log), Some(Command::Step(Step::First)));
    assert_eq!(by_itself("End", At::Log), Some(Command::Step(Step::Last)));
    assert_eq!(by_itself("Escape", At::Log), Some(Command::Leave));
    assert_eq!(by_itself("e", At::Log), Some(Command::Edit));
    assert_eq!(by_itself("u", At::Log), Some(Command::MarkUnread));
    assert_eq!(by_itself("?", At::Log), Some(Command::ListKeys));
    for key in [
        "ArrowUp", "Home", "End", "Escape", "?", "PageUp", " ", "Enter", "Tab",
    ] {
        assert_eq!(by_itself(key, At::Page), None, "{key}");
    }
    for key in ["PageUp", "PageDown", " ", "Enter", "Tab", "F5"] {
        assert_eq!(by_itself(key, At::Log), None, "{key} is the browser's");
    }
}

#[test]
fn a_letter_that_is_no_command_is_written() {
    for key in ["a", "E", "J", "7", "é", "ß", "日", "Dead"] {
        assert_eq!(by_itself(key, At::Log), Some(Command::Type), "{key}");
        assert_eq!(by_itself(key, At::Page), Some(Command::Type), "{key}");
        assert_eq!(by_itself(key, At::Field), None, "{key}");
        assert_eq!(by_itself(key, At::Modal), None, "{key}");
        assert_eq!(by_itself(key, At::Finder), None, "{key}");
    }
    for key in ["j", "k", "e", "u"] {
        assert_eq!(by_itself(key, At::Page), Some(Command::Type), "{key}");
    }
    for key in ["/", "'", " ", "Shift", "Unidentified", ""] {
        assert_eq!(by_itself(key, At::Page), None, "{key}");
    }
}

#[test]
fn an_input_method_writes_where_one_writes_and_commands_nothing() {
    for key in ["Process", "j", "ArrowUp", "Escape", "k"] {
        let taken = Press {
            code: 229,
            ..press(key)
        };
        assert_eq!(taken.command(At::Page, true), Some(Command::Type));
        assert_eq!(taken.command(At::Log, true), Some(Command::Type));
        assert_eq!(taken.command(At::Field, true), None);
        let composing = Press {
            is_composing: true,
            is_commanded: true,
            ..press(key)
        };
        assert_eq!(composing.command(At::Field, true), None);
        assert_eq!(composing.command(At::Finder, true), None);
    }
}

#[test]
fn single_keys_can_be_switched_off() {
    let off = |key: &str, at| press(key).command(at, false);
    for key in ["j", "k", "e", "u", "?", "a", "日", "Dead", "Process"] {
        for at in EVERYWHERE {
            assert_eq!(off(key, at), None, "{key}");
        }
    }
    // What is no letter, figure or sign stays.
    assert_eq!(off("ArrowUp", At::Log), Some(Command::Step(Step::Older)));
    assert_eq!(off("Escape", At::Log), Some(Command::Leave));
    let find = Press {
        is_commanded: true,
        ..press("k")
    };
    assert_eq!(find.command(At::Field, false), Some(Command::Find));
}

#[test]
fn rooms_are_found_from_everywhere_but_a_modal() {
    let find = |at| {
        let find = Press {
            is_commanded: true,
            ..press("k")
        };
        find.command(at, true)
    };
    for at in [At::Field, At::Log, At::Finder, At::Page] {
        assert_eq!(find(at), Some(Command::Find));
    }
    assert_eq!(find(At::Modal), None);
    let capitals = Press {
        is_commanded: true,
        ..press("K")
    };
    assert_eq!(capitals.command(At::Page, true), Some(Command::Find));
    let other = Press {
        is_shifted: true,
        ..capitals
    };
    assert_eq!(other.command(At::Page, true), None, "it is the browser's");
}

#[test]
fn shift_and_escape_mark_all_rooms_as_read_where_nobody_writes() {
    let reads = Press {
        is_shifted: true,
        ..press("Escape")
    };
    for at in [At::Log, At::Page] {
        assert_eq!(reads.command(at, true), Some(Command::ReadAll));
        let composed = Press {
            is_composing: true,
            ..reads.clone()
        };
        assert_ne!(composed.command(at, true), Some(Command::ReadAll));
    }
    for at in [At::Field, At::Modal, At::Finder] {
        assert_eq!(reads.command(at, true), None);
    }
    assert_eq!(reads.command(At::Page, false), None);
}

#[test]
fn alt_and_arrows_walk_the_rooms() {
    for (key, is_up) in [("ArrowUp", true), ("ArrowDown", false)] {
        for is_unread in [false, true] {
            let walks = Press {
                is_alternate: true,
                is_shifted: is_unread,
                ..press(key)
            };
            let wanted = Some(Command::Walk { is_up, is_unread });
            for at in [At::Field, At::Log, At::Page] {
                assert_eq!(walks.command(at, true), wanted);
            }
            assert_eq!(walks.command(At::Modal, true), None);
            assert_eq!(walks.meaning(true), None, "nothing is edited");
        }
        assert_eq!(by_itself(key, At::Finder), Some(Command::Choose(is_up)));
    }
    // On some keyboards both together are a third level, with which one writes.
    let third = Press {
        is_alternate: true,
        is_commanded: true,
        ..press("ArrowUp")
    };
    assert_eq!(third.command(At::Page, true), None);
}
