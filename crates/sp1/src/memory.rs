//! How much memory there is.

use std::fs;

/// What SP1 takes to prove on a processor, in bytes, roughly.
pub const MEMORY_NEEDED: u64 = 17_000_000_000;

/// The bytes of memory that a new program can have here, if the system says so. Only Linux does.
#[must_use]
pub fn available_memory() -> Option<u64> {
    let system = fs::read_to_string("/proc/meminfo").ok();
    let system = system.and_then(|text| mem_available(&text));
    // What a container may have, where this is in one.
    let container = fs::read_to_string("/sys/fs/cgroup/memory.max").ok();
    let container = container.and_then(|text| text.trim().parse().ok());
    system.into_iter().chain(container).min()
}

/// With less than this, in bytes, SP1 is told to do one thing at a time.
const MEMORY_FOR_MANY: u64 = 48_000_000_000;

/// SP1's settings of how much it does at once: workers of each kind, and what waits for them. By default it has several of
/// each, and they hold a trace or a proof each.
const AT_ONCE: [&str; 14] = [
    "SP1_WORKER_NUM_SPLICING_WORKERS",
    "SP1_WORKER_SPLICING_BUFFER_SIZE",
    "SP1_WORKER_NUM_CORE_WORKERS",
    "SP1_WORKER_CORE_BUFFER_SIZE",
    "SP1_WORKER_NUM_SETUP_WORKERS",
    "SP1_WORKER_SETUP_BUFFER_SIZE",
    "SP1_WORKER_NUM_PREPARE_REDUCE_WORKERS",
    "SP1_WORKER_PREPARE_REDUCE_BUFFER_SIZE",
    "SP1_WORKER_NUM_RECURSION_EXECUTOR_WORKERS",
    "SP1_WORKER_RECURSION_EXECUTOR_BUFFER_SIZE",
    "SP1_WORKER_NUM_RECURSION_PROVER_WORKERS",
    "SP1_WORKER_RECURSION_PROVER_BUFFER_SIZE",
    "SP1_WORKER_NUM_DEFERRED_WORKERS",
    "SP1_WORKER_DEFERRED_BUFFER_SIZE",
];

/// What of SP1's settings to set to 1 on this machine: none if it has memory for many things at once. A setting that
/// the environment has already is left.
pub(crate) fn one_at_a_time() -> Vec<&'static str> {
    if available_memory().is_some_and(|bytes| bytes >= MEMORY_FOR_MANY) {
        return Vec::new();
    }
    let unset = |name: &&str| std::env::var_os(name).is_none();
    AT_ONCE.into_iter().filter(unset).collect()
}

fn mem_available(text: &str) -> Option<u64> {
    let line = text.lines().find_map(|l| l.strip_prefix("MemAvailable:"))?;
    let kibibytes: u64 = line.trim().strip_suffix("kB")?.trim().parse().ok()?;
    kibibytes.checked_mul(1024)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_the_available_memory_as_linux_writes_it() {
        let text =
            "MemTotal:       16303432 kB\nMemFree:          501 kB\nMemAvailable:    7654321 kB\n";
        assert_eq!(mem_available(text), Some(7_654_321 * 1024));
        assert_eq!(mem_available("MemAvailable: much\n"), None);
        assert_eq!(mem_available(""), None);
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn this_machine_says_how_much_memory_is_available() {
        assert!(available_memory().is_some_and(|bytes| bytes > 1 << 20));
    }
}
