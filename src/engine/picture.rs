//! Pictures of tables as data: what is drawn of which column, and what it is compared with.

#![allow(
    unnameable_types,
    reason = "what the engine asks its own parts: plans and states are named, the trait is its own"
)]

/// Curves of one table against time, panel by panel. It is drawn where the table has a column of it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Picture {
    /// Name of its files.
    pub name: &'static str,
    /// Heading, after the title of the run.
    pub heading: &'static str,
    /// File of the table.
    pub table: &'static str,
    /// What is drawn of it.
    pub drawn: Drawn,
}

impl Picture {
    /// Its panels of curves; none where something else is drawn.
    pub const fn panels(&self) -> &'static [Panel] {
        match self.drawn {
            Drawn::Panels(panels) => panels,
            Drawn::Clones(_) => &[],
        }
    }
}

/// What is drawn of a table.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Drawn {
    /// Panels.
    Panels(&'static [Panel]),
    /// Cells of each clone and their shares, of the columns whose names end so; a clone has the colour that it
    /// has on maps.
    Clones(&'static str),
}

/// One pair of axes against time in days.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Panel {
    /// Title of the upright axis, with its unit in brackets at the end.
    pub y_label: &'static str,
    /// Curves.
    pub curves: &'static [Curve],
    /// What they are compared with.
    pub marks: &'static [Mark],
    /// The axis is logarithmic.
    pub is_logarithmic: bool,
    /// The axis need not hold zero: nothing that lives comes near it.
    pub is_free: bool,
    /// The axis counts.
    pub is_whole: bool,
    /// What a reader has to know of it; empty for nothing. `{window}` stands for the days of the window in which
    /// events are counted once.
    pub note: &'static str,
    /// What is said in place of the panel where no curve moves by a hundredth of its first value, for which `{}`
    /// stands.
    pub flat: Option<&'static str>,
    /// Whether its curves share it.
    pub share: Share,
    /// Whether it counts events of the patient.
    pub events: Events,
    /// What is said where every fraction gave all of the tissue the same dose; empty for nothing.
    pub even_dose: &'static str,
}

impl Panel {
    /// A panel with a plain axis.
    pub const fn new(y_label: &'static str, curves: &'static [Curve]) -> Self {
        Self {
            y_label,
            curves,
            marks: &[],
            is_logarithmic: false,
            is_free: false,
            is_whole: false,
            note: "",
            flat: None,
            share: Share::All,
            events: Events::None,
            even_dose: "",
        }
    }

    /// The same, left out where no curve moves; this is said in its place.
    #[must_use]
    pub const fn unless_flat(mut self, said: &'static str) -> Self {
        self.flat = Some(said);
        self
    }

    /// The same, where this is said of a dose that is the same in all of the tissue.
    #[must_use]
    pub const fn of_even_dose(mut self, said: &'static str) -> Self {
        self.even_dose = said;
        self
    }

    /// The same with a panel for each drug.
    #[must_use]
    pub const fn by_drug(mut self) -> Self {
        self.share = Share::ByDrug;
        self
    }

    /// The same with the events of the patient.
    #[must_use]
    pub const fn with_events(mut self) -> Self {
        self.events = Events::Marked;
        self
    }

    /// The same with what a reader has to know of it.
    #[must_use]
    pub const fn noting(mut self, note: &'static str) -> Self {
        self.note = note;
        self
    }

    /// The same with a logarithmic axis.
    #[must_use]
    pub const fn logarithmic(mut self) -> Self {
        self.is_logarithmic = true;
        self
    }

    /// The same with an axis that counts.
    #[must_use]
    pub const fn whole(mut self) -> Self {
        self.is_whole = true;
        self
    }

    /// The same with an axis that need not hold zero.
    #[must_use]
    pub const fn free(mut self) -> Self {
        self.is_free = true;
        self
    }

    /// The same compared with something.
    #[must_use]
    pub const fn against(mut self, marks: &'static [Mark]) -> Self {
        self.marks = marks;
        self
    }
}

/// Whether curves share a panel.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Share {
    /// They do.
    All,
    /// Each is of a drug and has a panel of its own, with the marks of its doses alone.
    ByDrug,
}

/// Whether a panel counts events of the patient.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Events {
    /// It does not.
    None,
    /// They are marked where they stand, by their kind, and counts with the same values are one curve.
    Marked,
}

/// How values come from one row to the next.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Between {
    /// Evenly.
    Line,
    /// At once, at a dose or an event; they stand still between.
    Step,
    /// A dose changes them at once; they go on changing between doses.
    Jump,
    /// A value is of all the time since the row before.
    Span,
}

/// What is drawn of a column.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Curve {
    /// The column; of several, what their names end in, and the rest of a name is its label.
    pub column: &'static str,
    /// Label.
    pub label: &'static str,
    /// What its values are multiplied by.
    pub factor: f64,
    /// The column by which its values are divided, at least 1.
    pub over: Option<&'static str>,
    /// The column that is taken off its values.
    pub less: Option<&'static str>,
    /// Its rows are readings, with nothing known between them.
    pub is_marked: bool,
    /// True where the column is any that ends so.
    pub is_ending: bool,
    /// Left out where it is nothing but zero.
    pub is_left_out_when_zero: bool,
    /// Decades below its highest value that an axis shows; what is lower is marked as below them. All
    /// without it.
    pub decades: Option<f64>,
    /// How values come from row to row.
    pub between: Between,
}

impl Curve {
    /// The values of a column as they are.
    pub const fn new(column: &'static str, label: &'static str) -> Self {
        Self {
            column,
            label,
            factor: 1.0,
            over: None,
            less: None,
            is_marked: false,
            is_ending: false,
            is_left_out_when_zero: false,
            decades: None,
            between: Between::Line,
        }
    }

    /// A curve of each column whose name ends so.
    pub const fn of_each(ending: &'static str) -> Self {
        let mut curve = Self::new(ending, "");
        curve.is_ending = true;
        curve
    }

    /// The same times a factor.
    #[must_use]
    pub const fn times(mut self, factor: f64) -> Self {
        self.factor = factor;
        self
    }

    /// The same over another column, at least 1.
    #[must_use]
    pub const fn over(mut self, column: &'static str) -> Self {
        self.over = Some(column);
        self
    }

    /// The same without another column.
    #[must_use]
    pub const fn less(mut self, column: &'static str) -> Self {
        self.less = Some(column);
        self
    }

    /// The same with a mark at each row.
    #[must_use]
    pub const fn marked(mut self) -> Self {
        self.is_marked = true;
        self
    }

    /// The same, left out where it is nothing but zero.
    #[must_use]
    pub const fn if_any(mut self) -> Self {
        self.is_left_out_when_zero = true;
        self
    }

    /// The same, with values that change at once and stand still between.
    #[must_use]
    pub const fn stepped(mut self) -> Self {
        self.between = Between::Step;
        self
    }

    /// The same, which a dose changes at once: the value of the row behind a dose is drawn from the dose on.
    #[must_use]
    pub const fn jumping(mut self) -> Self {
        self.between = Between::Jump;
        self
    }

    /// The same, where each value is of all the time since the row before.
    #[must_use]
    pub const fn spanning(mut self) -> Self {
        self.between = Between::Span;
        self
    }

    /// The same on an axis of so many decades below the highest value.
    #[must_use]
    pub const fn within_decades(mut self, decades: f64) -> Self {
        self.decades = Some(decades);
        self
    }
}

/// What curves are compared with.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Mark {
    /// A value.
    Level {
        /// Label.
        label: &'static str,
        /// The value.
        value: f64,
    },
    /// All from one value to another.
    Range {
        /// Label.
        label: &'static str,
        /// Least.
        low: f64,
        /// Greatest.
        high: f64,
    },
}
