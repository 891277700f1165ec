//! Conjugate gradients in 64 bits around the V-cycle in 32.

use crate::numerics::parallel::prelude::*;
use crate::numerics::reduce::ordered_sum;

use super::cycle::{Hierarchy, Work};
use super::error::ElementsError;
use super::fine::Fine;
use super::level::TASK;
use super::precision::Precision;
use super::vector::{dot, free, plus};

type Vectors = Vec<[f64; 3]>;

/// How far a solution went.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Progress {
    /// Iterations taken.
    pub(super) iterations: usize,
    /// What is left of the forces, against those that hold the prescribed nodes in an unstrained body.
    pub(super) residual: f64,
}

/// Sum of what each task gives, in their order.
fn in_order(parts: Vec<[f64; 2]>) -> [f64; 2] {
    parts
        .into_iter()
        .fold([0.0; 2], |sum, part| [sum[0] + part[0], sum[1] + part[1]])
}

/// Forces on all nodes by a motion of all nodes, N.
pub(super) fn forces(fine: &Fine, motion: &Vectors) -> Vectors {
    let nodes = (0..fine.nodes.len()).into_par_iter().with_min_len(TASK);
    nodes.map(|node| fine.row(node, motion)).collect()
}

/// Moves the free nodes of `motion`, in which the held ones are as prescribed, to rest. Stops where the
/// residual is small enough, or after so many iterations.
///
/// # Errors
/// [`ElementsError::NotConverged`].
pub(super) fn relax(
    fine: &Fine,
    hierarchy: &Hierarchy,
    motion: &mut Vectors,
    precision: &Precision,
) -> Result<Progress, ElementsError> {
    let (count, held) = (fine.nodes.len(), &fine.nodes.held);
    let mut pulled: Vectors = motion.clone();
    for (value, &held) in pulled.iter_mut().zip(held) {
        let is_free = free(*value, held);
        *value = [0, 1, 2].map(|axis| value[axis] - is_free[axis]);
    }
    let size = |v: &Vectors| {
        ordered_sum(count, |node| {
            let value = free(v[node], held[node]);
            dot(value, value)
        })
        .sqrt()
    };
    let reference = size(&forces(fine, &pulled));
    let mut left = forces(fine, motion);
    for (value, &held) in left.iter_mut().zip(held) {
        *value = free(*value, held).map(|part| -part);
    }
    let mut residual = size(&left);
    let mut direction: Vectors = vec![[0.0; 3]; count + 1];
    let mut work = hierarchy.work();
    let mut before = 0.0;
    let mut step = 0.0;
    let mut iterations = 0;
    while residual > precision.tolerance * reference && iterations < precision.most_iterations {
        precondition(hierarchy, &left, residual, &mut work);
        let answer = &work[0].motion;
        let [with_left, with_pulled] = both_products(answer, &left, &pulled, residual);
        // As the preconditioner is rounded, the direction is made conjugate to the last one as such.
        let keep = if iterations == 0 {
            0.0
        } else {
            -step * with_pulled / before
        };
        before = with_left;
        direct(&mut direction, answer, residual, keep);
        let stiff = pull(fine, &direction, &mut pulled);
        step = with_left / stiff;
        residual = advance(motion, &direction, &mut left, &pulled, step);
        iterations += 1;
        if !residual.is_finite() || stiff <= 0.0 {
            break;
        }
    }
    let residual = if reference > 0.0 {
        residual / reference
    } else {
        0.0
    };
    if residual <= precision.tolerance {
        return Ok(Progress {
            iterations,
            residual,
        });
    }
    Err(ElementsError::NotConverged {
        iterations,
        residual,
        tolerance: precision.tolerance,
    })
}

/// The V-cycle on what is left, scaled to where 32 bits are at ease.
fn precondition(hierarchy: &Hierarchy, left: &Vectors, size: f64, work: &mut [Work]) {
    let scale = 1.0 / size;
    let tasks = work[0].left[..left.len()].par_chunks_mut(TASK);
    tasks.zip(left.par_chunks(TASK)).for_each(|(to, from)| {
        for (to, from) in to.iter_mut().zip(from) {
            *to = from.map(|part| (scale * part) as f32);
        }
    });
    hierarchy.cycle(work);
}

fn both_products(answer: &[[f32; 3]], left: &Vectors, pulled: &Vectors, size: f64) -> [f64; 2] {
    let tasks = left
        .par_chunks(TASK)
        .zip(pulled.par_chunks(TASK))
        .enumerate();
    let parts = tasks.map(|(task, (left, pulled))| {
        let mut sums = [0.0; 2];
        for ((answer, &left), &pulled) in answer[task * TASK..].iter().zip(left).zip(pulled) {
            let answer = answer.map(|part| size * f64::from(part));
            sums[0] += dot(answer, left);
            sums[1] += dot(answer, pulled);
        }
        sums
    });
    in_order(parts.collect())
}

fn direct(direction: &mut Vectors, answer: &[[f32; 3]], size: f64, keep: f64) {
    let tasks = direction.par_chunks_mut(TASK).zip(answer.par_chunks(TASK));
    tasks.for_each(|(direction, answer)| {
        for (direction, answer) in direction.iter_mut().zip(answer) {
            for (direction, &answer) in direction.iter_mut().zip(answer) {
                *direction = size * f64::from(answer) + keep * *direction;
            }
        }
    });
}

/// Forces by the direction on free components, and their product with it.
fn pull(fine: &Fine, direction: &Vectors, pulled: &mut Vectors) -> f64 {
    let tasks = pulled[..fine.nodes.len()].par_chunks_mut(TASK).enumerate();
    let parts = tasks.map(|(task, pulled)| {
        let mut sum = 0.0;
        for (node, pulled) in (task * TASK..).zip(pulled) {
            *pulled = free(fine.row(node, direction), fine.nodes.held[node]);
            sum += dot(*pulled, direction[node]);
        }
        [sum, 0.0]
    });
    in_order(parts.collect())[0]
}

/// Takes a step, and gives the size of what is left.
fn advance(
    motion: &mut Vectors,
    direction: &Vectors,
    left: &mut Vectors,
    pulled: &Vectors,
    step: f64,
) -> f64 {
    let moved = motion.par_chunks_mut(TASK).zip(direction.par_chunks(TASK));
    moved.for_each(|(motion, direction)| {
        for (motion, direction) in motion.iter_mut().zip(direction) {
            plus(motion, direction, step);
        }
    });
    let tasks = left.par_chunks_mut(TASK).zip(pulled.par_chunks(TASK));
    let parts = tasks.map(|(left, pulled)| {
        let mut sum = 0.0;
        for (left, pulled) in left.iter_mut().zip(pulled) {
            plus(left, pulled, -step);
            sum += dot(*left, *left);
        }
        [sum, 0.0]
    });
    in_order(parts.collect())[0].sqrt()
}
