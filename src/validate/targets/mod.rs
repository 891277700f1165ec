//! The targets, a file each: what is run, what is measured, its published value with the source, and the band in
//! which it passes. `docs/references.md` has the sources in full.
//!
//! A new target is a file here, its `mod` line and its line in [`TARGETS`]; a file that is not listed does not
//! compile without a warning.

mod a01_balance_in_man;
mod a02_balance_in_mice;
mod a03_depth_of_a_unit;
mod a04_formation;
mod a05_phases;
mod a06_turnover_by_compartment;
mod a07_osteoclast_number;
mod a08_eroded_surface;
mod a09_no_rankl;
mod a10_no_opg;
mod a11_sustained_pth;
mod a12_half_the_rankl;
mod a13_resorb_or_migrate;
mod a14_lytic_course;
mod a15_zoledronate_in_health;
mod a16_exponential_phase;
mod a17_rankl_block;
mod a18_growth_of_lines;
mod a19_anti_pthrp_mda_mb_231;
mod a20_anti_pthrp_hara;
mod a21_loop_through_the_tumour;
mod a22_loop_cut;
mod a23_anti_tgf_beta;
mod a24_matrix_released_once;
mod a25_denosumab_in_blood;
mod a26_denosumab_and_ntx;
mod a27_zoledronate_and_ntx;
mod a28_skeletal_events;
mod a29_radiation;
mod a30_neutropenia;
mod a31_levels_of_labels;
mod a32_synthetic_surface;
mod a33_tube_with_hole;
mod a34_point_source;
mod a35_convergence;
mod a36_same_bits;
mod a37_calcium;
mod a38_mean_field;

use super::target::Target;

/// All targets, in the order of their numbers.
pub const TARGETS: &[Target] = &[
    a01_balance_in_man::TARGET,
    a02_balance_in_mice::TARGET,
    a03_depth_of_a_unit::TARGET,
    a04_formation::TARGET,
    a05_phases::TARGET,
    a06_turnover_by_compartment::TARGET,
    a07_osteoclast_number::TARGET,
    a08_eroded_surface::TARGET,
    a09_no_rankl::TARGET,
    a10_no_opg::TARGET,
    a11_sustained_pth::TARGET,
    a12_half_the_rankl::TARGET,
    a13_resorb_or_migrate::TARGET,
    a14_lytic_course::TARGET,
    a15_zoledronate_in_health::TARGET,
    a16_exponential_phase::TARGET,
    a17_rankl_block::TARGET,
    a18_growth_of_lines::TARGET,
    a19_anti_pthrp_mda_mb_231::TARGET,
    a20_anti_pthrp_hara::TARGET,
    a21_loop_through_the_tumour::TARGET,
    a22_loop_cut::TARGET,
    a23_anti_tgf_beta::TARGET,
    a24_matrix_released_once::TARGET,
    a25_denosumab_in_blood::TARGET,
    a26_denosumab_and_ntx::TARGET,
    a27_zoledronate_and_ntx::TARGET,
    a28_skeletal_events::TARGET,
    a29_radiation::TARGET,
    a30_neutropenia::TARGET,
    a31_levels_of_labels::TARGET,
    a32_synthetic_surface::TARGET,
    a33_tube_with_hole::TARGET,
    a34_point_source::TARGET,
    a35_convergence::TARGET,
    a36_same_bits::TARGET,
    a37_calcium::TARGET,
    a38_mean_field::TARGET,
];

/// Names of all targets, for messages.
pub(super) fn names() -> String {
    TARGETS
        .iter()
        .map(|target| target.id)
        .collect::<Vec<_>>()
        .join(", ")
}
