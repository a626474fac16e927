//! The tree as text: files, lines, manifests, imports.

use std::path::{Path, PathBuf};

pub(crate) struct File {
    pub(crate) path: String,
    pub(crate) text: String,
}

/// Some lines of a file, from the first.
pub(crate) struct Lines<'a> {
    path: &'a str,
    lines: Vec<&'a str>,
}

impl File {
    pub(crate) fn lines(&self) -> Lines<'_> {
        Lines { path: &self.path, lines: self.text.lines().collect() }
    }

    /// The lines that ship: none of a test file, and of others those before their test module, without whole-line comments.
    pub(crate) fn product_lines(&self) -> Lines<'_> {
        let lines = if self.is_for_tests() { Vec::new() } else { self.text.lines().collect() };
        let lines = lines.into_iter().take_while(|line| line.trim() != "#[cfg(test)]");
        let lines = lines.map(|line| if line.trim_start().starts_with("//") { "" } else { line });
        Lines { path: &self.path, lines: lines.collect() }
    }

    pub(crate) fn is_for_tests(&self) -> bool {
        let folders = ["/tests/", "/fixtures/", "/mock/", "/testing/", "/benches/"];
        let names = ["tests.rs", ".test.ts", ".spec.ts", "mock.ts", "fixtures.ts"];
        folders.iter().any(|folder| self.path.contains(folder)) || names.iter().any(|name| self.path.ends_with(name))
    }
}

impl Lines<'_> {
    pub(crate) fn about(&self, finding: impl Fn(&str) -> Option<String>) -> Vec<String> {
        let numbered = self.lines.iter().enumerate();
        numbered.filter_map(|(at, line)| Some(format!("{}:{}: {}", self.path, at + 1, finding(line)?))).collect()
    }

    pub(crate) fn says_any(&self, words: &[&str]) -> Vec<String> {
        self.about(|line| words.iter().find(|word| line.contains(**word)).map(|word| format!("says {}", word.trim())))
    }
}

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("tests/ has a parent folder")
}

pub(crate) fn read(path: &str) -> Option<String> {
    std::fs::read_to_string(root().join(path)).ok()
}

/// Every text file under a folder with one of these endings, without what is built, installed or ignored.
pub(crate) fn files(folder: &str, endings: &[&str]) -> Vec<File> {
    const NEVER: [&str; 3] = [".git", "node_modules", "target"];
    const NOT_HERE: [&str; 5] = ["gen", "out", "ui/dist", "Cargo.lock", "ui/package-lock.json"];
    let mut found = Vec::new();
    let mut folders: Vec<PathBuf> = vec![root().join(folder)];
    while let Some(folder) = folders.pop() {
        let Ok(entries) = std::fs::read_dir(&folder) else { continue };
        for entry in entries.flatten() {
            let path = entry.path();
            let name = entry.file_name().to_string_lossy().into_owned();
            let here = path.strip_prefix(root()).unwrap_or(&path).to_string_lossy().into_owned();
            if NEVER.contains(&name.as_str()) || NOT_HERE.contains(&here.as_str()) {
                continue;
            }
            if path.is_dir() {
                folders.push(path);
                continue;
            }
            let ending = path.extension().unwrap_or_default().to_string_lossy().into_owned();
            if !endings.contains(&ending.as_str()) {
                continue;
            }
            if let Ok(text) = std::fs::read_to_string(&path) {
                found.push(File { path: here, text });
            }
        }
    }
    found.sort_by(|one, other| one.path.cmp(&other.path));
    found
}

pub(crate) struct Manifest {
    pub(crate) path: String,
    /// The crate's folder, `tests`, or empty for the app.
    pub(crate) owner: String,
    pub(crate) text: String,
}

pub(crate) fn manifests() -> Vec<Manifest> {
    let all = files("", &["toml"]).into_iter().filter(|file| file.path.ends_with("Cargo.toml"));
    let all: Vec<Manifest> = all
        .map(|file| {
            let owner = parent(&file.path).rsplit('/').next().unwrap_or_default().to_owned();
            Manifest { path: file.path, owner, text: file.text }
        })
        .collect();
    assert!(all.len() > 8, "the tree has {} manifests: is this test looking at the right folder?", all.len());
    all
}

/// Line, name and whether only tests use it, for every dependency of a package (not of the workspace's table).
pub(crate) fn dependencies(manifest: &str) -> impl Iterator<Item = (usize, String, bool)> {
    let tables = ["dependencies", "build-dependencies", "dev-dependencies"];
    tables.into_iter().flat_map(move |table| {
        let for_tests = table == "dev-dependencies";
        dependencies_of(manifest, table).map(move |(line, name)| (line, name, for_tests)).collect::<Vec<_>>()
    })
}

/// Line and name of everything in one kind of table, for example `dependencies`; `[dependencies.NAME]` and
/// `[target.….dependencies]` are such tables too.
pub(crate) fn dependencies_of<'a>(manifest: &'a str, kind: &'a str) -> impl Iterator<Item = (usize, String)> + 'a {
    let mut here = false;
    manifest.lines().enumerate().filter_map(move |(at, line)| {
        let line = line.trim();
        if let Some(table) = line.strip_prefix('[').and_then(|line| line.split(']').next()) {
            here = table == kind || table.starts_with("target.") && table.ends_with(&format!(".{kind}"));
            let own = table.strip_prefix(kind).and_then(|rest| rest.strip_prefix('.'));
            return own.map(|name| (at + 1, name.to_owned()));
        }
        let name = line.split(['=', '.', ' ']).next()?;
        (here && line.contains('=') && !line.starts_with('#')).then(|| (at + 1, name.trim_matches('"').to_owned()))
    })
}

pub(crate) fn npm_dependencies(package: &str) -> Vec<String> {
    let package: serde_json::Value = serde_json::from_str(package).unwrap_or_default();
    let tables = ["dependencies", "devDependencies", "optionalDependencies"];
    tables.iter().filter_map(|table| package[table].as_object()).flat_map(|table| table.keys().cloned()).collect()
}

/// What a line of TypeScript imports, as it is written there.
pub(crate) fn imported(line: &str) -> Option<String> {
    let (_, rest) = line
        .split_once(" from ")
        .or_else(|| line.split_once("import("))
        .or_else(|| line.trim_start().strip_prefix("import ").map(|rest| ("", rest)))?;
    let rest = rest.trim_start();
    let quote = rest.chars().next().filter(|quote| ['\'', '"'].contains(quote))?;
    rest[1..].split(quote).next().map(str::to_owned)
}

/// The screen that an import leads to, from a file in `folder`.
pub(crate) fn screen_of(import: &str, folder: &str) -> Option<String> {
    let path = if import.starts_with('.') {
        let mut parts: Vec<&str> = folder.split('/').collect();
        for part in import.split('/') {
            match part {
                "." => {}
                ".." => drop(parts.pop()),
                part => parts.push(part),
            }
        }
        parts.join("/")
    } else {
        import.replacen("$screens", "ui/src/screens", 1).replacen("$lib", "ui/src", 1)
    };
    path.strip_prefix("ui/src/screens/")?.split_once('/').map(|(screen, _)| screen.to_owned())
}

pub(crate) fn parent(path: &str) -> String {
    path.rsplit_once('/').map(|(folder, _)| folder.to_owned()).unwrap_or_default()
}

/// Letters and digits end a word; an underscore, a dash or a dot parts two.
pub(crate) fn has_word(line: &str, word: &str) -> bool {
    line.split(|letter: char| !letter.is_alphanumeric()).any(|part| part == word)
}

/// Whether a path starts at this place, rather than going on: a web address or a longer path has something before it.
pub(crate) fn starts_path(line: &str, at: usize) -> bool {
    !line[..at].ends_with(|before: char| before.is_alphanumeric() || "/.-_}$*~)".contains(before))
}

/// FNV-1a, 64 bits: enough to notice an edit.
pub(crate) fn fingerprint(text: &str) -> String {
    let hash = text
        .bytes()
        .fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3));
    format!("{hash:016x}")
}
