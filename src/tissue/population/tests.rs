use super::*;

#[test]
fn removing_keeps_the_arrays_in_step() {
    let mut cells = TumourCells::default();
    for id in 0..4 {
        cells.push(id, id as u32 * 10, id == 2, id as u8);
    }
    cells.doomed[2] = 3;
    cells.remove(&[1, 3]);
    assert_eq!(cells.id, [0, 2]);
    assert_eq!(cells.site, [0, 20]);
    assert_eq!(cells.dormant, [false, true]);
    assert_eq!(cells.clone, [0, 2]);
    assert_eq!(cells.doomed, [0, 3]);
    assert_eq!(cells.doomed(), 1);
}

#[test]
fn immune_cells_are_removed_in_order_and_ids_are_never_used_again() {
    let mut cells = ImmuneCells::default();
    for kind in ImmuneKind::ALL {
        cells.push(7, kind, false, 0.0);
    }
    let mut asked = Vec::new();
    let dead = cells.remove_where(|cell| {
        asked.push(cell.id);
        cell.kind == ImmuneKind::Treg
    });
    assert_eq!(
        (asked.as_slice(), dead),
        ([0, 1, 2, 3].as_slice(), [0, 1, 0, 0])
    );
    cells.push(9, ImmuneKind::Cd8, true, 3.0);
    assert_eq!(cells.id, [0, 2, 3, 4]);
    assert_eq!(cells.cell(3).site, 9);
}
