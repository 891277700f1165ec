//! Memory that a run will take, compared with what the machine has before anything is made.

/// Bytes that a run takes at its height, pictures and cells apart, within about a third.
///
/// Per site: bone, occupancy and workspace; per signal its level and its source; per stored factor its
/// amount; and what the solver holds per level. Measured at 146 bytes per site with 5 signals, 2 stores
/// and one level per 8 sites, and at 246 with one level per site.
pub fn estimate_bytes(sites: usize, signals: usize, stores: usize, sites_per_level: usize) -> u64 {
    let per_site = 70 + 12 * signals as u64 + 8 * stores as u64;
    let solver = 115 * sites as u64 / sites_per_level.max(1) as u64;
    sites as u64 * per_site + solver
}

/// Bytes that the machine has for this process, where the system says so.
pub fn machine_bytes() -> Option<u64> {
    let read = |path: &str| std::fs::read_to_string(path).ok();
    let total = read("/proc/meminfo").and_then(|text| of_meminfo(&text))?;
    let group = read("/sys/fs/cgroup/memory.max").and_then(|text| text.trim().parse().ok());
    Some(group.map_or(total, |group: u64| group.min(total)))
}

fn of_meminfo(text: &str) -> Option<u64> {
    let line = text
        .lines()
        .find_map(|line| line.strip_prefix("MemTotal:"))?;
    let kibibytes: u64 = line.trim().strip_suffix("kB")?.trim().parse().ok()?;
    kibibytes.checked_mul(1024)
}

/// Says that a run does not fit, if it does not.
pub fn too_little(needed: u64, machine: Option<u64>) -> Option<String> {
    let machine = machine.filter(|&has| has < needed)?;
    let gigabytes = |bytes: u64| bytes as f64 / 1e9;
    Some(format!(
        "a run takes about {:.1} GB of memory, and this machine has {:.1} GB",
        gigabytes(needed),
        gigabytes(machine)
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_measured_is_estimated_within_a_third() {
        for (levels, measured) in [(8, 146.0), (1, 246.0)] {
            let estimate = estimate_bytes(1_000_000, 5, 2, levels) as f64 / 1e6;
            assert!(
                (estimate / measured - 1.0).abs() < 0.33,
                "{estimate} for {measured}"
            );
        }
    }

    #[test]
    fn a_run_that_does_not_fit_is_told_so_and_an_unknown_machine_is_trusted() {
        let needed = estimate_bytes(1 << 30, 5, 2, 8);
        let said = too_little(needed, Some(16 << 30)).unwrap();
        assert!(
            said.contains("GB of memory, and this machine has 17.2 GB"),
            "{said}"
        );
        assert_eq!(too_little(needed, Some(1 << 40)), None);
        assert_eq!(too_little(needed, None), None);
        let text = "MemTotal:       24507444 kB\nMemFree:        1 kB\n";
        assert_eq!(of_meminfo(text), Some(24_507_444 * 1024));
        assert_eq!(of_meminfo("MemTotal: much"), None);
    }
}
