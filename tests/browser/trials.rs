//! What must be true of every page.

use super::devtools::{Tab, browser};
use super::pages::REPORTS;
use libtest_mimic::{Arguments, Trial};
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

/// Runs the trials; ignores them, and says so, where there is no browser.
pub(super) fn run() {
    let arguments = Arguments::from_args();
    let browser = browser();
    if browser.is_none() {
        eprintln!("SKIPPED: no Chromium on the path or in $CHROMIUM, so no page was looked at");
    }
    let trials: [(&'static str, fn(&mut Tab)); 9] = [
        ("pages_make_no_request_and_log_no_error", quiet),
        ("every_link_and_anchor_leads_somewhere", links),
        ("every_page_has_landmarks_headings_and_names", structure),
        ("no_page_is_wider_than_a_phone", phone),
        ("text_has_enough_contrast_in_both_themes", contrast),
        ("the_theme_follows_the_system_until_it_is_switched", theme),
        ("the_search_leads_to_a_claim_with_the_keyboard_alone", search),
        ("everything_that_acts_is_reached_with_the_keyboard", keyboard),
        ("formulas_are_set_and_names_mean_nothing_to_html", formulas),
    ];
    let trials = trials.into_iter().map(|(name, trial)| {
        let found = browser.clone();
        let run = move || {
            let profile = Path::new(env!("CARGO_TARGET_TMPDIR")).join("profiles").join(name);
            let _ = std::fs::remove_dir_all(&profile);
            trial(&mut Tab::new(&found.expect("it is ignored without a browser"), &profile));
            Ok(())
        };
        Trial::test(name, run).with_ignored_flag(browser.is_none())
    });
    libtest_mimic::run(&arguments, trials.collect()).exit();
}

fn pages() -> impl Iterator<Item = &'static String> {
    REPORTS.iter().flat_map(|report| &report.pages)
}

/// Texts of an array.
fn texts(value: &Value) -> Vec<String> {
    let items = value.as_array().expect("an array").iter();
    items.map(|item| item.as_str().expect("text").to_owned()).collect()
}

fn quiet(tab: &mut Tab) {
    for page in pages() {
        tab.open(page);
        for event in &tab.events {
            let parameters = &event["params"];
            match event["method"].as_str().expect("a name") {
                "Network.requestWillBeSent" => {
                    let address = parameters["request"]["url"].as_str().expect("an address");
                    let inside = address.starts_with("file:///") || address.starts_with("data:");
                    assert!(inside, "{page} asks for {address}");
                }
                "Network.loadingFailed"
                | "Runtime.exceptionThrown"
                | "Runtime.consoleAPICalled" => {
                    panic!("{page}: {event}")
                }
                "Log.entryAdded" => assert_eq!(parameters["entry"]["level"], "info", "{event}"),
                _ => (),
            }
        }
    }
}

fn links(tab: &mut Tab) {
    const ADDRESSES: &str = "[...document.querySelectorAll('[href]:not(use)')].map(one => one.href.baseVal !== undefined ? new URL(one.href.baseVal, location).href : one.href)";
    const NAMES: &str = "[...document.querySelectorAll('[id]')].map(one => one.id)";
    const REFERENCES: &str = "[...document.querySelectorAll('[aria-labelledby],[aria-controls],[for]')].map(one => one.getAttribute('aria-labelledby') || one.getAttribute('aria-controls') || one.getAttribute('for'))";
    let mut names: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    let mut found = Vec::new();
    for page in pages() {
        tab.open(page);
        let all = texts(&tab.evaluate(NAMES));
        let distinct: BTreeSet<String> = all.iter().cloned().collect();
        assert_eq!(all.len(), distinct.len(), "{page}: no name twice");
        for reference in texts(&tab.evaluate(REFERENCES)).iter().flat_map(|all| all.split(' ')) {
            assert!(distinct.contains(reference), "{page}: `{reference}` is there");
        }
        let addresses = texts(&tab.evaluate(ADDRESSES));
        assert!(addresses.len() > 5, "{page} has links");
        found.extend(addresses.into_iter().map(|address| (page, address)));
        names.insert(page.clone(), distinct);
    }
    for (page, address) in found {
        if address.starts_with("https://arxiv.org/abs/") || address.starts_with("data:") {
            continue;
        }
        let (file, place) = address.split_once('#').unwrap_or((&address, ""));
        let path = file.strip_prefix("file://").unwrap_or_else(|| panic!("{page}: {address}"));
        assert!(Path::new(path).is_file(), "{page}: {address} is there");
        let known = names.get(file).is_some_and(|names| names.contains(place));
        assert!(place.is_empty() || known, "{page}: {address} leads to a place");
    }
}

fn structure(tab: &mut Tab) {
    const PROBLEMS: &str = r#"(() => {
        const all = (selector) => [...document.querySelectorAll(selector)];
        const problems = [];
        const want = (holds, what) => { if (!holds) problems.push(what); };
        want(document.documentElement.lang === "en", "a language");
        want(document.title.length > 15, "a title");
        for (const landmark of ["main", "header.top", "footer", "h1", "nav[aria-label=Report]", "search"])
            want(all(landmark).length === 1, `one ${landmark}`);
        for (const nav of all("nav")) want(nav.ariaLabel, "a name for each nav");
        let level = 0;
        for (const heading of all("main h1, main h2, main h3, main h4")) {
            const own = Number(heading.tagName[1]);
            want(own <= level + 1, `no level skipped at ${heading.textContent}`);
            want(heading.textContent.trim(), "words in each heading");
            level = own;
        }
        for (const table of all("table")) {
            want(table.querySelector("thead th[scope=col]"), "column heads");
            want([...table.tBodies].every(body => [...body.rows].every(row => row.querySelector("th[scope=row]"))), "row heads");
        }
        for (const svg of all("svg")) want(svg.ariaHidden === "true" || svg.ariaLabel || svg.hasAttribute("aria-labelledby") || svg.querySelector("title"), "a name for each drawing");
        for (const one of all("a, button, summary")) want((one.ariaLabel || one.textContent).trim(), "a name for what acts");
        for (const one of all("section")) want(one.hasAttribute("aria-labelledby"), "a name for each section");
        return problems;
    })()"#;
    for page in pages() {
        tab.open(page);
        assert_eq!(tab.evaluate(PROBLEMS), json!([]), "{page}");
    }
}

fn phone(tab: &mut Tab) {
    let device = json!({ "width": 375, "height": 812, "deviceScaleFactor": 2, "mobile": true });
    tab.call("Emulation.setDeviceMetricsOverride", device);
    for page in pages() {
        tab.open(page);
        // All details open: what they hide must fit as well.
        tab.evaluate("document.querySelectorAll('details').forEach(one => one.open = true)");
        let width = tab.evaluate("[document.documentElement.scrollWidth, visualViewport.width]");
        assert_eq!(width, json!([375, 375]), "{page}");
    }
    // The measure is able to fail.
    tab.evaluate("document.body.append(Object.assign(document.createElement('pre'), { style: 'width: 900px' }))");
    assert_eq!(tab.evaluate("document.documentElement.scrollWidth"), 900);
}

fn contrast(tab: &mut Tab) {
    const TOO_LITTLE: &str = r#"(() => {
        document.querySelectorAll("details").forEach(one => one.open = true);
        const canvas = document.createElement("canvas").getContext("2d", { willReadFrequently: true });
        const rgba = (colour) => {
            canvas.clearRect(0, 0, 1, 1);
            canvas.fillStyle = colour;
            canvas.fillRect(0, 0, 1, 1);
            return [...canvas.getImageData(0, 0, 1, 1).data];
        };
        const light = ([r, g, b]) => {
            const linear = [r, g, b].map(x => x / 255).map(x => x <= 0.04045 ? x / 12.92 : ((x + 0.055) / 1.055) ** 2.4);
            return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2];
        };
        const ground = (one) => {
            for (; one; one = one.parentElement) {
                const node = one.matches("svg.map a, .map a") && one.querySelector(".node");
                const colour = rgba(node ? getComputedStyle(node).fill : getComputedStyle(one).backgroundColor);
                if (colour[3] === 255) return colour;
            }
            throw new Error("no ground");
        };
        const found = new Set();
        for (const one of document.querySelectorAll("body *")) {
            const says = [...one.childNodes].some(node => node.nodeType === 3 && node.data.trim());
            if (!says || one.closest(".unseen, .skip, figure.plot svg, [hidden], script, title") || !one.getClientRects().length) continue;
            const style = getComputedStyle(one);
            const ink = rgba(one instanceof SVGElement ? style.fill : style.color);
            const [a, b] = [light(ink), light(ground(one))];
            const ratio = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
            if (ratio < 4.5) found.add(`${one.tagName}.${one.getAttribute("class")}: ${ratio.toFixed(2)}`);
        }
        return [...found];
    })()"#;
    for scheme in ["light", "dark"] {
        let features = json!([{ "name": "prefers-color-scheme", "value": scheme }]);
        tab.call("Emulation.setEmulatedMedia", json!({ "features": features }));
        for page in pages() {
            tab.open(page);
            assert_eq!(tab.evaluate(TOO_LITTLE), json!([]), "{page}, {scheme}");
        }
    }
    // The measure is able to fail.
    tab.evaluate("document.querySelector('h1').style.color = '#777'");
    assert_ne!(tab.evaluate(TOO_LITTLE), json!([]));
}

fn theme(tab: &mut Tab) {
    const DARK: &str = r#"(() => {
        const [r, g, b] = getComputedStyle(document.body).backgroundColor.match(/[\d.]+/g).map(Number);
        return r + g + b < 200;
    })()"#;
    let start = REPORTS[0].page("index.html");
    for (scheme, dark) in [("light", false), ("dark", true)] {
        let features = json!([{ "name": "prefers-color-scheme", "value": scheme }]);
        tab.call("Emulation.setEmulatedMedia", json!({ "features": features }));
        tab.open(&start);
        assert_eq!(tab.evaluate(DARK), dark, "{scheme}");
    }
    tab.evaluate("document.querySelector('.theme').click()");
    assert_eq!(tab.evaluate(DARK), false, "switched");
    assert_eq!(tab.evaluate("document.querySelector('.theme').ariaPressed"), "false");
    tab.open(&REPORTS[0].page("graph.html"));
    assert_eq!(tab.evaluate(DARK), false, "the switch is remembered");
}

fn search(tab: &mut Tab) {
    tab.open(&REPORTS[1].page("index.html"));
    tab.press("/");
    assert_eq!(tab.evaluate("document.activeElement.id"), "search");
    assert_eq!(tab.evaluate("document.activeElement.value"), "", "the key itself is not typed");
    tab.call("Input.insertText", json!({ "text": "FOURTH moment" }));
    let found = tab.evaluate("document.querySelectorAll('#found [role=option]').length");
    assert!(found.as_u64().expect("a number") >= 2, "{found}");
    tab.press("ArrowDown");
    let chosen =
        "document.getElementById(document.activeElement.getAttribute('aria-activedescendant'))";
    assert_eq!(tab.evaluate(&format!("{chosen}.ariaSelected")), "true");
    tab.press("Escape");
    assert_eq!(tab.evaluate("document.getElementById('found').hidden"), true);
    tab.evaluate("document.activeElement.select()");
    tab.call("Input.insertText", json!({ "text": "from the fourth moment" }));
    tab.events.clear();
    tab.press("Enter");
    tab.wait("Page.loadEventFired");
    let place = tab.evaluate("location.pathname.split('/').pop() + location.hash");
    let wanted =
        "zhang_frei_bartlett_2024.sample_covariance_second_moment.html#line-from_the_fourth_moment";
    assert_eq!(place, wanted);
    tab.evaluate("document.getElementById('search').focus()");
    tab.call("Input.insertText", json!({ "text": "no such thing" }));
    assert_eq!(tab.evaluate("document.getElementById('found').innerText"), "Nothing found");
}

fn keyboard(tab: &mut Tab) {
    const ACTS: &str = "[...document.querySelectorAll('a[href], button, summary, input')].filter(one => one.checkVisibility() && !one.closest('details:not([open]) > :not(summary)'))";
    for page in [
        REPORTS[0].page("statements/gram.claim.html"),
        REPORTS[1].page("index.html"),
        REPORTS[1].page("graph.html"),
    ] {
        tab.open(&page);
        tab.evaluate(&format!(
            "window.acts = {ACTS}; window.reached = new Set(); window.unseen = []"
        ));
        let count = tab.evaluate("acts.length").as_u64().expect("a number");
        tab.press("Tab");
        assert_eq!(tab.evaluate("document.activeElement.className"), "skip", "{page}");
        // Boxes that scroll are reached as well, so there are more stops than things that act.
        for _ in 0..count + 60 {
            tab.evaluate("reached.add(document.activeElement)");
            tab.press("Tab");
        }
        let missed = "acts.filter(one => !reached.has(one)).map(one => one.outerHTML.slice(0, 90))";
        assert_eq!(tab.evaluate(missed), json!([]), "{page}");
    }
    tab.open(&REPORTS[0].page("index.html"));
    tab.press("Tab");
    tab.press("Enter");
    assert_eq!(tab.evaluate("location.hash"), "#main", "the skip link skips");
}

fn formulas(tab: &mut Tab) {
    for page in pages() {
        tab.open(page);
        let wrong =
            "[...document.querySelectorAll('merror, math:empty')].map(one => one.textContent)";
        assert_eq!(tab.evaluate(wrong), json!([]), "{page}");
        let raw = r"document.body.innerText.match(/\{\{|\{%|\\mathbb|undefined/g)";
        let source = "document.querySelectorAll('pre').forEach(one => one.remove())";
        tab.evaluate(source);
        assert_eq!(tab.evaluate(raw), Value::Null, "{page}");
    }
    tab.open(&REPORTS[0].page("statements/gram.claim.html"));
    let title = tab.evaluate("document.querySelector('h1').textContent");
    assert_eq!(title, "<b>Gram</b> & \"co\" of Gaussian data");
    let moment =
        "document.querySelector('#line-second_moment .formula').innerText.replace(/\\s/g, '')";
    let moment = tab.evaluate(moment);
    assert_eq!(moment, "𝔼[𝑆2]=ΓΛ");
    let high = "document.querySelector('#line-bounded math').getBoundingClientRect().height > 8";
    assert_eq!(tab.evaluate(high), true);
    assert_eq!(tab.evaluate("document.fonts.check('16px \"Report Math\"')"), true);
}
