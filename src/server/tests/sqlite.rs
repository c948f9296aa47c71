//! The SQLite that is linked in.

use rusqlite::Connection;

#[test]
fn sqlite_is_compiled_as_the_build_says() {
    let connection = Connection::open_in_memory().unwrap();
    let mut statement = connection.prepare("PRAGMA compile_options").unwrap();
    let options = statement.query_map([], |row| row.get(0)).unwrap();
    let options: Vec<String> = options.map(Result::unwrap).collect();
    let has = |option: &str| options.iter().any(|one| one == option);
    // The third flag, for `fdatasync`, is one that SQLite does not list.
    assert!(has("DEFAULT_MEMSTATUS=0"), "{options:?}");
    assert!(!has("ENABLE_MEMORY_MANAGEMENT"), "{options:?}");
}
