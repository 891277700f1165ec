//! A V-cycle over all levels in 32 bits: Chebyshev smoothing with the inverse blocks, the same before and
//! after, so that it is a symmetric preconditioner of conjugate gradients.

use std::sync::Arc;

use crate::numerics::parallel::prelude::*;

use super::coarsest::Coarsest;
use super::fine::Fine;
use super::held::Held;
use super::lattice::Nodes;
use super::level::{Level, TASK};
use super::vector::{free, plus};

/// Multiplications by the operator of one smoothing.
const DEGREE: usize = 3;
/// Of the eigenvalues of a level against its blocks, those above this share of the largest are smoothed; the
/// coarser level has the rest.
const SMOOTHED: f32 = 0.06;
/// Unknown nodes from which on a level is solved directly.
const FEW: usize = 150;

/// Motions, their last change and what is left of the forces; the entry behind the last node stays zero.
#[derive(Debug, Clone)]
pub(super) struct Work {
    pub(super) motion: Vec<[f32; 3]>,
    change: Vec<[f32; 3]>,
    pub(super) left: Vec<[f32; 3]>,
}

/// All levels.
#[derive(Debug, Clone)]
pub(super) struct Hierarchy {
    levels: Vec<Level>,
    coarsest: Coarsest,
}

impl Hierarchy {
    pub(super) fn new(fine: Arc<Fine>, held: &Held) -> Self {
        let mut held = held.clone();
        let mut levels = vec![Level::finest(fine)];
        loop {
            let last = &levels[levels.len() - 1];
            let is_last = last.nodes().lattice.cells == [1; 3] || last.nodes().len() <= FEW;
            if is_last {
                let coarsest = Coarsest::new(last);
                return Self { levels, coarsest };
            }
            let coarser = last.coarser(&held);
            held = held.coarser();
            levels.push(coarser);
        }
    }

    pub(super) fn work(&self) -> Vec<Work> {
        let zeros = |level: &Level| vec![[0.0; 3]; level.nodes().len() + 1];
        let work = |level: &Level| Work {
            motion: zeros(level),
            change: zeros(level),
            left: zeros(level),
        };
        self.levels.iter().map(work).collect()
    }

    /// From forces in `left` of the first level to motions in `motion` that answer them nearly.
    pub(super) fn cycle(&self, work: &mut [Work]) {
        let last = self.levels.len() - 1;
        for depth in 0..last {
            let (here, below) = work[depth..].split_at_mut(1);
            let level = &self.levels[depth];
            smooth(level, &mut here[0], true);
            restrict(
                level.nodes(),
                &here[0].left,
                self.levels[depth + 1].nodes(),
                &mut below[0].left,
            );
        }
        let Work { motion, left, .. } = &mut work[last];
        self.coarsest.solve(left, motion);
        for depth in (0..last).rev() {
            let (here, below) = work[depth..].split_at_mut(1);
            let level = &self.levels[depth];
            let here = &mut here[0];
            prolong(
                level.nodes(),
                here,
                self.levels[depth + 1].nodes(),
                &below[0].motion,
            );
            subtract(level, here);
            smooth(level, here, false);
        }
    }
}

/// Steps of Chebyshev: from rest, with what is left kept, or from the motion so far, without.
fn smooth(level: &Level, work: &mut Work, is_first: bool) {
    let (high, low) = (level.largest, SMOOTHED * level.largest);
    let (middle, half) = (0.5 * (high + low), 0.5 * (high - low));
    let sigma = middle / half;
    let mut rho = 1.0 / sigma;
    let (mut keep, mut add) = (0.0, 1.0 / middle);
    for step in 0..DEGREE {
        change(level, work, [keep, add], is_first && step == 0);
        if is_first || step + 1 < DEGREE {
            subtract(level, work);
        }
        let next = 1.0 / (2.0 * sigma - rho);
        (keep, add) = (next * rho, 2.0 * next / half);
        rho = next;
    }
}

/// `change = keep change + add D^-1 left`, added to the motion.
fn change(level: &Level, work: &mut Work, [keep, add]: [f32; 2], is_first: bool) {
    let count = level.nodes().len();
    let left = &work.left;
    let changes = work.change[..count].par_chunks_mut(TASK);
    let motions = work.motion[..count].par_chunks_mut(TASK);
    changes
        .zip(motions)
        .enumerate()
        .for_each(|(task, (changes, motions))| {
            let nodes = task * TASK..;
            for ((node, change), motion) in nodes.zip(changes).zip(motions) {
                let relaxed = level.relaxed(node, left[node]);
                if is_first {
                    *change = relaxed.map(|value| add * value);
                    *motion = *change;
                    continue;
                }
                *change = change.map(|value| keep * value);
                plus(change, &relaxed, add);
                plus(motion, change, 1.0);
            }
        });
}

/// `left -= A change`, zero where a node is held.
fn subtract(level: &Level, work: &mut Work) {
    let (nodes, change) = (level.nodes(), &work.change);
    let lefts = work.left[..nodes.len()].par_chunks_mut(TASK);
    lefts.enumerate().for_each(|(task, lefts)| {
        for (node, left) in (task * TASK..).zip(lefts) {
            let pulled = level.row(node, change);
            plus(left, &pulled, -1.0);
            *left = free(*left, nodes.held[node]);
        }
    });
}

/// Forces of the coarser level: those of the finer one, by the weights with which its nodes move them.
fn restrict(fine: &Nodes, from: &[[f32; 3]], coarse: &Nodes, to: &mut [[f32; 3]]) {
    const HALVES: [f32; 3] = [0.5, 1.0, 0.5];
    to[..coarse.len()]
        .par_chunks_mut(TASK)
        .enumerate()
        .for_each(|(task, to)| {
            for (node, to) in (task * TASK..).zip(to) {
                let at = coarse.lattice.at(coarse.places[node] as usize);
                let rows = fine
                    .lattice
                    .rows(fine.lattice.place(at.map(|along| 2 * along)));
                let mut sum = [0.0; 3];
                for (row, first) in rows.into_iter().enumerate() {
                    let of_row = HALVES[row % 3] * HALVES[row / 3];
                    for (step, &number) in fine.number[first..first + 3].iter().enumerate() {
                        plus(&mut sum, &from[number as usize], of_row * HALVES[step]);
                    }
                }
                *to = sum;
            }
        });
}

/// Change of the finer level: what the coarser one moves its nodes by. It is added to the motion.
fn prolong(fine: &Nodes, work: &mut Work, coarse: &Nodes, from: &[[f32; 3]]) {
    let count = fine.len();
    let changes = work.change[..count].par_chunks_mut(TASK);
    let motions = work.motion[..count].par_chunks_mut(TASK);
    changes
        .zip(motions)
        .enumerate()
        .for_each(|(task, (changes, motions))| {
            for ((node, change), motion) in (task * TASK..).zip(changes).zip(motions) {
                let at = fine.lattice.at(fine.places[node] as usize);
                let place = coarse.lattice.place(at.map(|along| along / 2));
                let mut sum = [0.0; 3];
                let mut weight = 1.0;
                for along in at {
                    weight *= if along & 1 == 1 { 0.5 } else { 1.0 };
                }
                for corner in 0..8 {
                    if (0..3).all(|axis| at[axis] & 1 >= corner >> axis & 1) {
                        let number = coarse.number[coarse.lattice.corner(place, corner)];
                        plus(&mut sum, &from[number as usize], 1.0);
                    }
                }
                *change = free(sum.map(|part| weight * part), fine.held[node]);
                plus(motion, change, 1.0);
            }
        });
}
