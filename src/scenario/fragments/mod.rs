//! Fragments of scenarios that ship with howship: living bone, tumour lines and genotypes. A fragment lies over
//! the preset and under every file.

/// A kind of fragment: the top-level key that names one, and all of its kind by name.
#[derive(Debug, Clone, Copy)]
pub struct Kind {
    /// The key, such as `line`.
    pub key: &'static str,
    /// Names and texts.
    pub all: &'static [(&'static str, &'static str)],
    /// What it is, for the schema.
    pub says: &'static str,
}

impl Kind {
    /// Text of the fragment of this name.
    pub fn text(&self, name: &str) -> Option<&'static str> {
        let found = self.all.iter().find(|(known, _)| *known == name);
        found.map(|&(_, text)| text)
    }

    /// All names.
    pub fn names(&self) -> Vec<&'static str> {
        self.all.iter().map(|&(name, _)| name).collect()
    }
}

macro_rules! fragment {
    ($folder:literal, $name:literal) => {
        ($name, include_str!(concat!($folder, "/", $name, ".toml")))
    };
}

/// Bone with osteocytes, stroma, formation on whole surface and struts that are not repaired.
pub const BONE: Kind = Kind {
    key: "bone",
    all: &[
        fragment!("bone", "living_mouse"),
        fragment!("bone", "living_human"),
    ],
    says: "Mechanisms of living bone, over the preset of their species and under line and genotype.",
};

macro_rules! lines {
    (mouse: [$($mouse:literal),* $(,)?], human: [$($human:literal),* $(,)?]) => {
        const LINES: &[(&str, &str)] = &[
            $(fragment!("lines", $mouse),)*
            $(fragment!("lines", $human),)*
        ];

        /// Lines of patients; all others are of mice.
        pub const LINES_OF_PATIENTS: &[&str] = &[$($human),*];
    };
}

lines! {
    mouse: [
        "hara",
        "sbc_5",
        "a549",
        "nsclc_xenograft",
        "mda_mb_231",
        "pc3",
        "c4_2b",
        "renca",
    ],
    human: [
        "adenocarcinoma",
        "adenocarcinoma_egfr",
        "squamous",
        "small_cell",
    ]
}

/// Tumour lines, in mice, and lung cancer of patients by histology: growth and output of the tumour, and what it does to
/// osteoblasts.
pub const LINE: Kind = Kind {
    key: "line",
    all: LINES,
    says: "The tumour line, over the preset and under this file; lines of mice with the preset `mouse`, lung cancer of patients with `human`.",
};

/// The preset on which a line stands.
pub fn preset_of_line(name: &str) -> &'static str {
    if LINES_OF_PATIENTS.contains(&name) {
        "human"
    } else {
        "mouse"
    }
}

/// Genotypes of the host.
pub const GENOTYPE: Kind = Kind {
    key: "genotype",
    all: &[
        fragment!("genotypes", "rankl_null"),
        fragment!("genotypes", "opg_null"),
        fragment!("genotypes", "opg_het"),
    ],
    says: "The genotype of the host, over the preset and under this file.",
};

/// Parameters of immune cells for a preset, laid under a scenario that has a table `[immune]`.
pub fn immune(preset: &str) -> Option<&'static str> {
    match preset {
        "human" => Some(include_str!("immune/human.toml")),
        "mouse" => Some(include_str!("immune/mouse.toml")),
        _ => None,
    }
}

/// How bone of a preset answers to its load, laid under a scenario that has a table `[mechanostat]`.
pub fn mechanostat(preset: &str) -> Option<&'static str> {
    match preset {
        "human" => Some(include_str!("mechanostat/human.toml")),
        _ => None,
    }
}

/// All kinds, the lowest layer first.
pub const KINDS: [Kind; 3] = [BONE, LINE, GENOTYPE];
