//! The memory of this machine, and SP1's settings for one that has little.

use std::fs;

/// Roughly the memory that SP1 takes to prove on a processor, in bytes.
pub const MEMORY_NEEDED: u64 = 17_000_000_000;

/// The bytes of memory that a new program can have here; `None` where the system does not
/// say (only Linux does).
#[must_use]
pub fn available_memory() -> Option<u64> {
    let read = |path| fs::read_to_string(path).ok();
    let of_system = read("/proc/meminfo").and_then(|text| mem_available(&text));
    // The limit of the container, if this process is in one.
    let of_container = read("/sys/fs/cgroup/memory.max").and_then(|text| text.trim().parse().ok());
    of_system.into_iter().chain(of_container).min()
}

/// On a machine with less memory than this, in bytes, SP1 is told to do one thing at a time.
const MEMORY_FOR_MANY: u64 = 48_000_000_000;

/// SP1's settings for the number of its workers of each kind, and of tasks that wait for them. By
/// default there are several, and each holds a trace or a proof in memory.
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

/// SP1's settings to set to 1 on this machine; empty if it has enough memory. A setting that is
/// already in the environment stays as it is.
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
