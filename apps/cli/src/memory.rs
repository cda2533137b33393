//! Whether this machine has the memory that a proof takes.
//!
//! Without the check, the kernel would end the program somewhere in the middle, without a word.

use crate::failure::{EXIT_MODEL, Failure};
use std::fs;
use zklens_prover::Cost;

/// Refuses a proof that takes more memory than there is.
///
/// # Errors
///
/// The estimate is above the free memory. On macOS and Windows nothing is refused: they move memory to disk before they end a
/// program.
pub(crate) fn check(subject: &str, cost: &Cost) -> Result<(), Failure> {
    let Some(free) = free_bytes().filter(|free| *free < cost.memory_bytes) else {
        return Ok(());
    };
    let cause = format!(
        "this proof takes about {} of memory, and {} are free",
        gigabytes(cost.memory_bytes),
        gigabytes(free)
    );
    let failure = Failure::new(EXIT_MODEL, subject, cause);
    Err(failure.with_help(
        "end other programs, prove fewer images at once, or take a machine or a network that fits; \
         --ignore-memory tries it all the same",
    ))
}

/// A number of bytes in words.
pub(crate) fn gigabytes(bytes: u64) -> String {
    match bytes as f64 {
        bytes if bytes < 0.95e9 => format!("{:.0} MB", (bytes / 1e6).ceil()),
        bytes => format!("{:.1} GB", bytes / 1e9),
    }
}

/// The memory that this process may still take, in bytes: the least of what the machine, its group of processes and its own
/// limit leave. `None` if nothing tells.
fn free_bytes() -> Option<u64> {
    let limits = [machine(), group(), own_limit()];
    limits.into_iter().flatten().min()
}

/// The memory that Linux could give to a program without moving other memory to disk.
fn machine() -> Option<u64> {
    kilobytes(&fs::read_to_string("/proc/meminfo").ok()?, "MemAvailable:")
}

/// The memory left to the group of processes, as containers have it: in version 2 or 1 of Linux's cgroups.
fn group() -> Option<u64> {
    let left = |limit: &str, used: &str| {
        let number = |path: &str| fs::read_to_string(path).ok()?.trim().parse::<u64>().ok();
        // Without a limit, version 2 says `max`, which does not parse.
        Some(number(limit)?.saturating_sub(number(used)?))
    };
    let second = left("/sys/fs/cgroup/memory.max", "/sys/fs/cgroup/memory.current");
    let first = || {
        left(
            "/sys/fs/cgroup/memory/memory.limit_in_bytes",
            "/sys/fs/cgroup/memory/memory.usage_in_bytes",
        )
    };
    second.or_else(first)
}

/// The memory left by this process's own limit, which `ulimit -v` sets.
fn own_limit() -> Option<u64> {
    let limits = fs::read_to_string("/proc/self/limits").ok()?;
    let line = limits
        .lines()
        .find_map(|line| line.strip_prefix("Max address space"))?;
    let limit: u64 = line.split_whitespace().next()?.parse().ok()?;
    let used = kilobytes(&fs::read_to_string("/proc/self/status").ok()?, "VmSize:")?;
    Some(limit.saturating_sub(used))
}

/// The value of a line such as `VmSize:  1024 kB`, in bytes.
fn kilobytes(text: &str, line: &str) -> Option<u64> {
    let value = text.lines().find_map(|known| known.strip_prefix(line))?;
    let kilobytes: u64 = value.trim().strip_suffix("kB")?.trim().parse().ok()?;
    kilobytes.checked_mul(1024)
}

#[cfg(test)]
mod tests {
    use super::{gigabytes, kilobytes};

    #[test]
    fn memory_is_told_in_words() {
        for (bytes, said) in [
            (1, "1 MB"),
            (24_500_000, "25 MB"),
            (949_000_000, "949 MB"),
            (3_900_000_000, "3.9 GB"),
        ] {
            assert_eq!(gigabytes(bytes), said);
        }
    }

    #[test]
    fn lines_of_memory_are_read_in_bytes() {
        let text = "MemTotal:  9 kB\nMemAvailable:   2048 kB\nOdd: 5 MB\n";
        assert_eq!(kilobytes(text, "MemAvailable:"), Some(2 << 20));
        assert_eq!(kilobytes(text, "Odd:"), None);
        assert_eq!(kilobytes(text, "VmSize:"), None);
    }
}
