//! The report as a folder of web pages that make no request: a summary, the graph of statements, a
//! page a paper and a page a statement.

mod address;
mod card;
mod evidence;
mod figure;
mod graph;
mod line;
mod map;
mod math;
mod paper;
mod search;
mod setting;
mod standing;
mod statement;

use super::Picture;
use super::page::{Page, Section};
use super::template::ReportError;
use crate::mutation::Scores;
use crate::proof::Derived;
use crate::suite::{Results, Timing};
use address::Addresses;
use card::Card;
use figure::Figure;
use map::Map;
use minijinja::value::Serde;
use minijinja::{AutoEscape, Environment, UndefinedBehavior, Value, context};
use paper::{Group, GroupPage};
use serde::Serialize;
use standing::Standing;
use statement::StatementPage;
use std::collections::BTreeMap;

/// What a report shows besides the results, where it is known.
#[derive(Default)]
pub struct Extras {
    /// How long each unit of work took.
    pub timings: Vec<Timing>,
    /// Derivations of lines, by id.
    pub derivations: BTreeMap<String, Derived>,
    /// Kill scores of slips in the formulas.
    pub mutants: Option<Scores>,
    /// Figures, each shown at its statement or line.
    pub figures: Vec<Picture>,
}

impl Extras {
    /// The figures of a statement that show several of its lines.
    fn figures_of(&self, subject: &str) -> Vec<Figure<'_>> {
        let own = self.figures.iter().filter(|picture| picture.subject == subject);
        own.filter(|picture| picture.lines.len() != 1).map(Figure::of).collect()
    }

    /// The figures that show one line alone.
    fn figures_of_line(&self, id: &str) -> Vec<Figure<'_>> {
        let own = self.figures.iter().filter(|picture| picture.lines == [id]);
        own.map(Figure::of).collect()
    }
}

/// A file of the report.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WebFile {
    /// Its place in the folder, with `/` between the parts.
    pub path: String,
    /// What it holds.
    pub text: String,
}

/// Everything that pages are made from.
pub(super) struct Report<'a> {
    results: &'a Results,
    extras: &'a Extras,
    page: &'a Page<'a>,
    cards: Vec<Card>,
    groups: Vec<Group>,
}

/// What every page shows of the whole report.
#[derive(Serialize)]
struct Site<'a> {
    version: &'a str,
    seed: u64,
    effort: &'static str,
    error_budget: &'a str,
    groups: Vec<Heading<'a>>,
    legend: Vec<Legend>,
}

/// A group in the navigation.
#[derive(Serialize)]
struct Heading<'a> {
    id: &'a str,
    short: String,
    address: &'a str,
}

impl<'a> Heading<'a> {
    fn of(group: &'a Group) -> Self {
        Self { id: &group.id, short: paper::short(&group.id), address: &group.address }
    }
}

#[derive(Serialize)]
struct Legend {
    standing: Standing,
    meaning: &'static str,
}

/// The results as web pages: `index.html`, the pages that it links to, their style and scripts.
/// They work from a folder, make no request, and need a script for nothing but the search, the
/// switch of the theme and copying.
///
/// # Errors
/// Where a template cannot be filled, which is a bug.
pub fn html(results: &Results, extras: &Extras) -> Result<Vec<WebFile>, ReportError> {
    let page = Page::of(results, &[]);
    let ids = results.subjects.iter().map(|subject| subject.id.as_str());
    let cards = card::cards(results, &Addresses::new("statements", ids));
    let named = |id: &str| if id.is_empty() { "claim-files".to_owned() } else { id.to_owned() };
    let names: Vec<String> = cards.iter().map(|card| named(&card.group)).collect();
    let mut distinct = names.clone();
    distinct.sort_unstable();
    distinct.dedup();
    let papers = Addresses::new("papers", distinct.iter().map(String::as_str));
    let groups = paper::groups(&cards, |id| {
        papers.of(&named(id)).expect("every group has an address").to_owned()
    });
    let report = Report { results, extras, page: &page, cards, groups };
    report.files()
}

impl<'a> Report<'a> {
    fn card(&self, id: &str) -> Option<&Card> {
        self.cards.iter().find(|card| card.id == id)
    }

    fn section(&self, id: &str) -> Option<&'a Section<'a>> {
        self.page.subjects.iter().find(|section| section.subject.id == id)
    }

    fn group_of(&self, card: &Card) -> &str {
        let mut groups = self.groups.iter();
        groups.find(|group| group.id == card.group).map_or("", |group| &group.address)
    }

    fn files(&self) -> Result<Vec<WebFile>, ReportError> {
        let environment = environment()?;
        let site = Value::from(Serde(self.site()));
        let fill = |template: &str, root: &str, page: Value| -> Result<String, ReportError> {
            let site = site.clone();
            Ok(environment.get_template(template)?.render(context! { site, root, page })?)
        };
        let mut files = Vec::new();
        let mut add = |path: &str, text: String| {
            files.push(WebFile { path: path.to_owned(), text });
        };
        add("index.html", fill("index", "", self.start())?);
        add("graph.html", fill("graph", "", self.graph())?);
        for group in &self.groups {
            let page = Value::from(Serde(GroupPage::of(self, group)));
            add(&group.address, fill("paper", "../", page)?);
        }
        for (section, card) in self.page.subjects.iter().zip(&self.cards) {
            let page = Value::from(Serde(StatementPage::of(self, section, card)));
            add(&card.address, fill("statement", "../", page)?);
        }
        add("search.js", search::index(self));
        add("script.js", include_str!("../../../report/html/script.js").to_owned());
        add("style.css", include_str!("../../../report/html/style.css").to_owned());
        add("font.css", include_str!("../../../report/html/font.css").to_owned());
        add("font-licence.txt", include_str!("../../../report/html/font-licence.txt").to_owned());
        Ok(files)
    }

    fn site(&self) -> Site<'_> {
        let legend = |standing: Standing| Legend { standing, meaning: standing.meaning() };
        Site {
            version: &self.results.version,
            seed: self.results.seed,
            effort: self.results.effort.word(),
            error_budget: &self.page.error_budget,
            groups: self.groups.iter().map(Heading::of).collect(),
            legend: Standing::ALL.map(legend).into(),
        }
    }

    fn start(&self) -> Value {
        let page = self.page;
        context! {
            summary => &page.summary,
            counts => Value::from(Serde(&self.results.summary)),
            waiting => &self.results.waiting,
            failures => self.links(&page.failures),
            contradictions => self.links(&page.contradictions),
            calibration => Value::from(Serde(&page.calibration)),
            seeds => Value::from(Serde(&page.seeds)),
            groups => Value::from(Serde(&self.groups)),
        }
    }

    /// Ids of lines with their addresses.
    fn links(&self, ids: &[&str]) -> Vec<(String, String)> {
        let address = |id: &&str| {
            let (subject, name) = id.rsplit_once("::").unwrap_or(("", id));
            let card = self.card(subject)?;
            Some(((*id).to_owned(), format!("{}#{}", card.address, address::anchor(name))))
        };
        ids.iter().filter_map(address).collect()
    }

    /// One picture a group; one for all where statements of one group use those of another.
    fn graph(&self) -> Value {
        let group = |id: &str| self.card(id).map(|card| card.group.clone());
        let crosses = self.cards.iter().any(|card| {
            card.uses.iter().any(|id| group(id).is_some_and(|other| other != card.group))
        });
        let maps: Vec<Map<'_>> = if crosses {
            vec![Map::of("All statements".to_owned(), &self.cards.iter().collect::<Vec<_>>())]
        } else {
            let map = |group| {
                let group: &Group = group;
                Map::of(group.title.clone(), &group.cards.iter().collect::<Vec<_>>())
            };
            self.groups.iter().map(map).collect()
        };
        context! {
            maps => Value::from(Serde(&maps)),
            cards => Value::from(Serde(&self.cards)),
            groups => Value::from(Serde(&self.groups)),
        }
    }
}

fn environment() -> Result<Environment<'static>, ReportError> {
    let mut environment = Environment::new();
    environment.set_auto_escape_callback(|_| AutoEscape::Html);
    environment.set_undefined_behavior(UndefinedBehavior::SemiStrict);
    // A line that holds only a tag leaves no trace.
    let mut syntax = environment.syntax().to_builder();
    environment.set_syntax(syntax.trim_blocks(true).lstrip_blocks(true).build()?);
    let safe = Value::from_safe_string;
    environment.add_filter("formula", move |latex: String| safe(math::displayed(&latex)));
    environment.add_filter("math", move |latex: String| safe(math::inline(&latex)));
    environment.add_filter("short", |id: String| paper::short(&id));
    environment.add_filter("anchor", |id: String| address::file_name(&id));
    environment.add_filter("sentence", |text: String| sentence(&text));
    for (name, text) in [
        ("layout", include_str!("../../../report/html/layout.html.jinja")),
        ("parts", include_str!("../../../report/html/parts.html.jinja")),
        ("index", include_str!("../../../report/html/index.html.jinja")),
        ("graph", include_str!("../../../report/html/graph.html.jinja")),
        ("paper", include_str!("../../../report/html/paper.html.jinja")),
        ("statement", include_str!("../../../report/html/statement.html.jinja")),
    ] {
        environment.add_template(name, text)?;
    }
    Ok(environment)
}

/// The text with a capital in front, as sentences start.
fn sentence(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}
