//! What the servers of this process log.

use parlour_server::{Settings, telemetry};
use std::io::Write;
use std::sync::{Mutex, Once};

static LOG: Mutex<Vec<u8>> = Mutex::new(Vec::new());

/// Everything that all servers of this process have logged so far.
pub fn log() -> String {
    String::from_utf8_lossy(&LOG.lock().unwrap()).into_owned()
}

/// From here on, what servers of this process log can be read.
pub fn log_to_memory() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        let mut settings = Settings::default();
        settings.server.log_level = "info,parlour_server=trace".to_owned();
        let subscriber = telemetry::subscriber(&settings, || LogWriter);
        tracing::subscriber::set_global_default(subscriber).unwrap();
    });
}

struct LogWriter;

impl Write for LogWriter {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        LOG.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}
