//! What names mean at a place of the tree.

use super::law::Scope;
use super::matrix::Matrix;
use super::polynomial::Polynomial;
use std::collections::BTreeMap;
use std::rc::Rc;
use std::sync::Arc;

/// The meaning of names at a place: `subst` and `grad` replace values, `E` binds random letters.
/// Cheap to clone; a change makes a new one.
#[derive(Clone)]
pub(super) struct Environment {
    /// Different for different environments: values are remembered by it.
    pub(super) id: usize,
    sizes: Rc<BTreeMap<Arc<str>, Polynomial>>,
    letters: Rc<BTreeMap<Arc<str>, Rc<Matrix>>>,
    binding: Rc<Binding>,
}

/// Which expectation binds which random letter.
#[derive(Clone)]
struct Binding {
    everything_else: Scope,
    letters: BTreeMap<Arc<str>, Scope>,
    /// Groups of second-order letters of which `E[...; x]` binds a part.
    groups: BTreeMap<Arc<str>, Scope>,
}

impl Environment {
    /// The environment of an instance: random letters are free.
    pub(super) fn root(sizes: BTreeMap<Arc<str>, Polynomial>) -> Self {
        let (letters, groups) = (BTreeMap::new(), BTreeMap::new());
        let binding = Rc::new(Binding { everything_else: Scope(0), letters, groups });
        Self { id: 0, sizes: Rc::new(sizes), letters: Rc::default(), binding }
    }

    /// The value of a size.
    pub(super) fn size(&self, name: &str) -> Option<&Polynomial> {
        self.sizes.get(name)
    }

    /// The value put for a letter, if any.
    pub(super) fn replaced(&self, name: &str) -> Option<&Rc<Matrix>> {
        self.letters.get(name)
    }

    /// The expectation that binds a random letter.
    pub(super) fn scope(&self, name: &str) -> Scope {
        self.binding.letters.get(name).copied().unwrap_or(self.binding.everything_else)
    }

    /// The innermost expectation that binds a part of a group.
    pub(super) fn group_scope(&self, group: &str) -> Option<Scope> {
        self.binding.groups.get(group).copied()
    }

    /// This environment with new values.
    pub(super) fn with(
        &self,
        id: usize,
        letters: Vec<(Arc<str>, Rc<Matrix>)>,
        sizes: Vec<(Arc<str>, Polynomial)>,
    ) -> Self {
        let mut changed = Self { id, ..self.clone() };
        if !letters.is_empty() {
            Rc::make_mut(&mut changed.letters).extend(letters);
        }
        if !sizes.is_empty() {
            Rc::make_mut(&mut changed.sizes).extend(sizes);
        }
        changed
    }

    /// This environment inside an expectation over all random letters.
    pub(super) fn inside(&self, id: usize, scope: Scope) -> Self {
        let (letters, groups) = (BTreeMap::new(), BTreeMap::new());
        let binding = Rc::new(Binding { everything_else: scope, letters, groups });
        Self { id, binding, ..self.clone() }
    }

    /// This environment inside an expectation over the listed letters, given with their groups.
    pub(super) fn inside_part(
        &self,
        id: usize,
        scope: Scope,
        listed: Vec<(Arc<str>, Option<Arc<str>>)>,
    ) -> Self {
        let mut changed = Self { id, ..self.clone() };
        let binding = Rc::make_mut(&mut changed.binding);
        for (letter, group) in listed {
            binding.letters.insert(letter, scope);
            binding.groups.extend(group.map(|group| (group, scope)));
        }
        changed
    }
}
