//! The scenarios that arms start from; a report holds a copy of each.

/// A scenario that is compiled in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct ScenarioFile {
    /// Its file name.
    pub name: &'static str,
    /// What it says.
    pub text: &'static str,
}

/// A section of mouse bone in health.
pub(super) const MOUSE_SECTION: ScenarioFile = ScenarioFile {
    name: "mouse_section.toml",
    text: include_str!("mouse_section.toml"),
};

/// A lesion in a section of mouse bone.
pub(super) const MOUSE_LESION: ScenarioFile = ScenarioFile {
    name: "mouse_lesion.toml",
    text: include_str!("mouse_lesion.toml"),
};

/// A tumour that grows in a section of mouse bone.
pub(super) const MOUSE_GROWTH: ScenarioFile = ScenarioFile {
    name: "mouse_growth.toml",
    text: include_str!("mouse_growth.toml"),
};

/// A tumour in a volume of mouse bone.
pub(super) const MOUSE_VOLUME: ScenarioFile = ScenarioFile {
    name: "mouse_volume.toml",
    text: include_str!("mouse_volume.toml"),
};

/// Mouse cortex.
pub(super) const MOUSE_CORTEX: ScenarioFile = ScenarioFile {
    name: "mouse_cortex.toml",
    text: include_str!("mouse_cortex.toml"),
};

/// A block of human trabecular bone in health.
pub(super) const HUMAN_BLOCK: ScenarioFile = ScenarioFile {
    name: "human_block.toml",
    text: include_str!("human_block.toml"),
};

/// Human cortex.
pub(super) const HUMAN_CORTEX: ScenarioFile = ScenarioFile {
    name: "human_cortex.toml",
    text: include_str!("human_cortex.toml"),
};

/// A lesion in human bone.
pub(super) const HUMAN_LESION: ScenarioFile = ScenarioFile {
    name: "human_lesion.toml",
    text: include_str!("human_lesion.toml"),
};

/// Human bone with the patient around it.
pub(super) const HUMAN_SKELETON: ScenarioFile = ScenarioFile {
    name: "human_skeleton.toml",
    text: include_str!("human_skeleton.toml"),
};

/// The lesion in human bone on sites of half the edge.
pub(super) const HUMAN_LESION_FINE: ScenarioFile = ScenarioFile {
    name: "human_lesion_fine.toml",
    text: include_str!("human_lesion_fine.toml"),
};
