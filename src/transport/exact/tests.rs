use super::*;

fn bits<T: Real>(arch: pulp::Arch) -> Vec<u64> {
    let grid = Grid::cubic([50, 37, 24], 20.0);
    let walls = [Wall::NoFlux, Wall::FixedZero, Wall::Periodic];
    let mut space = ExactBox::<T>::new(grid, walls).unwrap();
    space.passes.set(arch);
    let values: Vec<T> = (0..grid.len())
        .map(|site| T::from_f64((site * 37 % 101) as f64))
        .collect();
    let spread = Spread {
        diffusivity_um2_per_h: 36_000.0,
        loss_per_h: 0.3,
    };
    let mut state = space.state(&values).unwrap();
    let mut field = values.clone();
    space
        .advance(&spread, &values, 0.02, &mut state, &mut field)
        .unwrap();
    field.iter().map(|value| value.to_f64().to_bits()).collect()
}

#[test]
fn every_instruction_set_gives_the_same_bits() {
    let plain = bits::<f32>(pulp::Arch::Scalar);
    let double = bits::<f64>(pulp::Arch::Scalar);
    let mut sets = vec![pulp::Arch::new()];
    #[cfg(target_arch = "x86_64")]
    {
        sets.extend(pulp::x86::V3::try_new().map(pulp::Arch::V3));
        sets.extend(pulp::x86::V4::try_new().map(pulp::Arch::V4));
    }
    for set in sets {
        assert!(plain == bits::<f32>(set), "{set:?}");
        assert!(double == bits::<f64>(set), "{set:?}");
    }
}
