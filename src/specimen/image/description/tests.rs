use super::*;

fn claim(per_unit: f64, unit: u16, description: &str) -> Claim {
    let resolution = Resolution {
        per_unit: [Some(per_unit); 2],
        unit,
    };
    described(Path::new("a.tif"), description, resolution)
        .unwrap()
        .claim
}

#[test]
fn print_resolutions_are_no_voxel_sizes() {
    let is_none = |claim: Claim| matches!(claim, Claim::Nothing(_));
    for dpi in [
        72.0, 96.0, 100.0, 120.0, 144.0, 150.0, 200.0, 300.0, 360.0, 400.0, 600.0, 1200.0,
    ] {
        assert!(is_none(claim(dpi, 2, "")), "{dpi}");
        let per_cm = dpi / 2.54;
        for written in [
            per_cm,
            per_cm.round(),
            (per_cm * 10.0).round() / 10.0,
            (per_cm * 100.0).round() / 100.0,
            (per_cm * 100.0).floor() / 100.0,
            (per_cm * 1e4).round() / 1e4,
        ] {
            assert!(is_none(claim(written, 3, "")), "{dpi}: {written} per cm");
        }
        let imagej = format!("ImageJ=1.54f\nunit=inch\nimages={dpi}\n");
        assert!(is_none(claim(dpi, 2, &imagej)), "{dpi}");
    }
    assert!(is_none(claim(1.0, 1, "")));
    assert!(is_none(claim(1.0, 3, "")));
    assert!(is_none(claim(1.0, 1, "ImageJ=1\nunit=pixel\n")));
    assert!(is_none(claim(72.0, 2, "ImageJ=1\nunit=pixel\n")));
    // Voxel sizes of scanners, per inch and per cm, are none of these.
    for um in [
        4.0, 5.0, 6.0, 8.0, 9.0, 10.0, 12.0, 15.0, 17.4, 18.0, 19.5, 20.0, 21.0, 24.5, 25.0, 30.0,
        34.5, 35.0, 36.0, 37.0, 39.0, 41.0, 42.0, 50.0, 60.7, 61.0, 65.0, 82.0, 82.5, 90.0, 100.0,
    ] {
        for (per_unit, unit) in [(25_400.0 / um, 2), (1e4 / um, 3)] {
            let expected = Claim::Um {
                plane: [um; 2],
                layer: None,
            };
            assert!(claim(per_unit, unit, "").agrees(&expected), "{um} {unit}");
        }
    }
}

#[test]
fn imagej_states_depths_but_not_one_unit() {
    let um = |plane: f64, layer: Option<f64>| Claim::Um {
        plane: [plane; 2],
        layer,
    };
    for (per_unit, text, expected) in [
        (
            0.05,
            "images=24\nunit=\\u00B5m\nspacing=-21\n",
            um(20.0, Some(21.0)),
        ),
        (50.0, "images=24\nunit=mm\n", um(20.0, Some(1000.0))),
        (1.0, "images=24\nunit=micron\n", um(1.0, Some(1.0))),
        (0.05, "unit=um\n", um(20.0, None)),
        (
            72.0,
            "unit=mm\nimages=2\nspacing=0.02\n",
            um(1000.0 / 72.0, Some(20.0)),
        ),
        (
            1270.0,
            "unit=inch\nimages=2\nspacing=0.001\n",
            um(20.0, Some(25.4)),
        ),
        (
            500.0,
            "unit=cm\nimages=2\nspacing=0.002\n",
            um(20.0, Some(20.0)),
        ),
        (
            5e-5,
            "unit=nm\nimages=2\nspacing=20000\n",
            um(20.0, Some(20.0)),
        ),
        (
            50.0,
            "unit=mm\nzunit=um\nimages=2\nspacing=40\n",
            um(20.0, Some(40.0)),
        ),
    ] {
        let found = claim(per_unit, 1, &format!("ImageJ=1.54f\n{text}"));
        assert!(found.agrees(&expected), "{text}: {found:?}");
    }
    let scifio = "SCIFIO=0.42\naxes=X,Y,Z\nscales=0.02,0.02,0.04\nunits=mm,mm,mm\nimages=4\n";
    assert!(claim(1.0, 1, scifio).agrees(&um(20.0, Some(40.0))));
}

#[test]
fn several_channels_times_or_images_are_refused() {
    for (text, part) in [
        ("ImageJ=1.54f\nimages=4\nchannels=2\n", "channels=2"),
        ("ImageJ=1.54f\nimages=4\nframes=4\n", "frames=4"),
        ("ImageJ=1.54f\nimages=4\nslices=2\n", "slices=2"),
        ("ImageJ=1.54f\nimages=many\n", "images=many"),
        ("ImageJ=1.54f\ncf=3\nc0=1\nc1=2\n", "cf=3"),
        ("ImageJ=1.54f\ncf=0\nc0=1\nc1=2\nc2=3\n", "c2=3"),
        ("ImageJ=1.54f\ncf=0\nc0=1\n", "c1=missing"),
        (
            "<OME><Pixels SizeX='2' SizeY='2' SizeZ='2' SizeC='2' SizeT='1'/></OME>",
            "SizeC 2",
        ),
        (
            "<OME><Pixels SizeX='2' SizeY='2' SizeZ='2' SizeC='1' SizeT='3'/></OME>",
            "SizeT 3",
        ),
        ("<OME><Pixels SizeX='2'/></OME>", "SizeY"),
        ("<OME><BinaryOnly/></OME>", "BinaryOnly"),
        ("{\"shape\": [2, 14, 18, 22]}", "[2, 14, 18, 22]"),
        ("{\"shape\": [3, 18, 22], \"axes\": \"CYX\"}", "CYX"),
    ] {
        let error = described(Path::new("a.tif"), text, Resolution::default()).unwrap_err();
        assert!(error.to_string().contains(part), "{error}");
    }
    let shape = "{\"shape\": [1, 14, 18, 22], \"truncated\": true}";
    let found = described(Path::new("a.tif"), shape, Resolution::default()).unwrap();
    assert_eq!(found.images, Some(14));
}
