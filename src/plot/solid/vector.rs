//! Three numbers: places in sites, directions without unit, light by colour.

/// A place, a direction or a colour.
pub(super) type Vector = [f32; 3];

pub(super) fn dot(one: Vector, other: Vector) -> f32 {
    one[0] * other[0] + one[1] * other[1] + one[2] * other[2]
}

pub(super) fn cross(one: Vector, other: Vector) -> Vector {
    [
        one[1] * other[2] - one[2] * other[1],
        one[2] * other[0] - one[0] * other[2],
        one[0] * other[1] - one[1] * other[0],
    ]
}

pub(super) fn add(one: Vector, other: Vector) -> Vector {
    [one[0] + other[0], one[1] + other[1], one[2] + other[2]]
}

pub(super) fn minus(one: Vector, other: Vector) -> Vector {
    [one[0] - other[0], one[1] - other[1], one[2] - other[2]]
}

pub(super) fn times(one: Vector, by: f32) -> Vector {
    one.map(|value| value * by)
}

/// From one vector to another by a share.
pub(super) fn mix(one: Vector, other: Vector, share: f32) -> Vector {
    add(one, times(minus(other, one), share))
}

/// A vector of length 1; upwards where it has none.
pub(super) fn unit(one: Vector) -> Vector {
    let length = dot(one, one).sqrt();
    if length > 1e-12 {
        times(one, 1.0 / length)
    } else {
        [0.0, 0.0, 1.0]
    }
}

/// From 0 to 1 between two values, without a kink at either.
pub(super) fn ramp(from: f32, to: f32, value: f32) -> f32 {
    let share = ((value - from) / (to - from)).clamp(0.0, 1.0);
    share * share * (3.0 - 2.0 * share)
}
