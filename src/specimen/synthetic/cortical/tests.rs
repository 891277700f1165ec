use super::*;

fn shell(canal_spacing: Option<f64>, porosity: Option<f64>) -> Cortical {
    Cortical {
        thickness: Length::um(1000.0),
        canal_diameter_least: least_diameter(),
        canal_diameter_most: most_diameter(),
        canal_spacing: canal_spacing.map(Length::um),
        porosity,
        volkmann_spacing: None,
    }
}

/// Marrow sites of the shell as a share of the shell.
fn hollow_share(made: &SyntheticBone, first_layer: usize) -> f64 {
    let inside = |site: usize| made.grid.place(site)[0] >= first_layer;
    let sites = (0..made.grid.len()).filter(|&site| inside(site)).count();
    let hollow = (0..made.grid.len())
        .filter(|&site| inside(site) && !made.bone[site])
        .count();
    hollow as f64 / sites as f64
}

/// Mean canal area over area per canal: 3482 um2 / 43842 um2 = 0.079 at 225 um.
#[test]
fn osteons_of_225_um_give_the_porosity_of_adult_cortex() {
    let grid = Grid::section(120, 220, 10.0, 10.0);
    for seed in 0..5 {
        let made = shell(Some(225.0), None)
            .generate(grid, Chance::new(seed))
            .unwrap();
        let porosity = hollow_share(&made, 20);
        assert!((0.06..0.10).contains(&porosity), "porosity {porosity}");
        assert_eq!(made.canals.len(), 50);
        assert!(made.canals.iter().all(|&site| !made.bone[site]));
        assert!((0..grid.len()).all(|site| grid.place(site)[0] >= 20 || !made.bone[site]));
    }
}

#[test]
fn a_porosity_is_met_to_the_site() {
    let grid = Grid::section(120, 220, 10.0, 10.0);
    for porosity in [0.03, 0.05, 0.1, 0.15] {
        let made = shell(None, Some(porosity))
            .generate(grid, Chance::new(3))
            .unwrap();
        let found = hollow_share(&made, 20);
        assert!((found - porosity).abs() < 1e-4, "{found} for {porosity}");
    }
}

/// Canals keep clear of both faces of the shell, so marrow reaches them through Volkmann
/// canals alone, and with those it reaches all.
#[test]
fn volkmann_canals_open_every_canal_to_the_marrow() {
    let grid = Grid::cubic([80, 60, 40], 10.0);
    let closed = Cortical {
        thickness: Length::um(600.0),
        ..shell(Some(225.0), None)
    };
    let open = Cortical {
        volkmann_spacing: Some(Length::um(400.0)),
        ..closed.clone()
    };
    let reached = |recipe: &Cortical| {
        let made = recipe.generate(grid, Chance::new(8)).unwrap();
        let mut seen = vec![false; grid.len()];
        let mut stack = vec![0];
        seen[0] = true;
        while let Some(site) = stack.pop() {
            for next in grid.face_neighbours(site) {
                if !seen[next] && !made.bone[next] {
                    seen[next] = true;
                    stack.push(next);
                }
            }
        }
        let reached = made.canals.iter().filter(|&&site| seen[site]).count();
        (reached, made.canals.len())
    };
    let (none, axes) = reached(&closed);
    assert_eq!(none, 0);
    assert!(axes > 0);
    let (all, with_links) = reached(&open);
    assert_eq!(all, with_links);
    assert!(with_links > axes);
}

/// In a thin shell of close canals too, every axis lies in bone's place and the inner face of
/// the shell stays whole.
#[test]
fn canals_keep_clear_of_the_faces_of_the_shell() {
    let grid = Grid::section(40, 200, 10.0, 10.0);
    for thickness_um in [110.0, 160.0, 176.0, 250.0, 300.0] {
        let recipe = Cortical {
            thickness: Length::um(thickness_um),
            ..shell(Some(135.0), None)
        };
        let made = recipe.generate(grid, Chance::new(6)).unwrap();
        let first = 40 - (thickness_um / 10.0).round() as usize;
        assert!(!made.canals.is_empty());
        for y in 0..200 {
            assert!(made.bone[grid.index(first, y, 0)]);
            assert!(made.bone[grid.index(39, y, 0)]);
        }
    }
}

#[test]
fn what_cannot_be_made_is_refused_with_what_can() {
    let grid = Grid::section(120, 220, 10.0, 10.0);
    let refusal = |recipe: Cortical| {
        recipe
            .generate(grid, Chance::new(1))
            .unwrap_err()
            .to_string()
    };
    assert_eq!(
        refusal(shell(None, None)),
        "a cortical shell needs canal_spacing or porosity, and neither is given"
    );
    assert!(refusal(shell(Some(225.0), Some(0.1))).starts_with("canal_spacing and porosity"));
    assert!(refusal(shell(None, Some(0.6))).starts_with("porosity = 0.6: allowed are 0.001 to"));
    assert!(refusal(shell(Some(100.0), None)).contains("allowed are 135 to 2200 um"));
    let thick = Cortical {
        thickness: Length::um(1200.0),
        ..shell(Some(225.0), None)
    };
    assert!(refusal(thick).contains("thickness = 1200 um"));
    let coarse =
        shell(Some(225.0), None).generate(Grid::section(120, 220, 30.0, 30.0), Chance::new(1));
    assert!(
        coarse
            .unwrap_err()
            .to_string()
            .starts_with("canal_diameter_least = 40 um")
    );
}

#[test]
fn defaults_fill_what_text_leaves_out() {
    let read: Cortical =
        toml::from_str("thickness = \"1 mm\"\ncanal_spacing = \"225 um\"").unwrap();
    assert_eq!(read, shell(Some(225.0), None));
}
