//! Files and paths. Only through the [`World`](crate::World); paths are those of Unix.

use std::path::{Path, PathBuf};

use ordain_value::{Type, Value};

use super::glob::Glob;
use super::spec::{Body, Call, FunctionError, FunctionResult, Param, Returns, Spec, Ty, text};

const PATH: Param = Param::new("path", Ty::String);

const fn of_path(name: &'static str, description: &'static str, body: Body) -> Spec {
    text(name, description, &[PATH], body)
}

/// The family.
pub(super) const FUNCTIONS: &[Spec] = &[
    of_path("abspath", "A path made absolute against the working directory.", |call| {
        let path = call.environment.world.current_dir().join(call.text(0)?);
        Ok(Value::string(clean(&path.to_string_lossy())))
    }),
    of_path("basename", "The last part of a path.", |call| {
        let path = call.text(0)?;
        let trimmed = path.trim_end_matches('/');
        Ok(Value::string(match (path, trimmed) {
            ("", _) => ".",
            (_, "") => "/",
            (_, trimmed) => trimmed.rsplit('/').next().unwrap_or(trimmed),
        }))
    }),
    of_path("dirname", "A path without its last part.", |call| {
        let path = call.text(0)?;
        let directory = path.rfind('/').and_then(|at| path.get(..=at)).unwrap_or("");
        Ok(Value::string(clean(directory)))
    }),
    of_path("pathexpand", "A path in which a leading `~` stands replaced by the home directory.", expand),
    of_path("file", "The text of a file, which must be UTF-8.", |call| {
        let bytes = read(call)?;
        let path = call.text(0)?;
        let text = String::from_utf8(bytes).map_err(|_| {
            FunctionError::arg(
                0,
                format!(
                    "contents of {path:?} are not valid UTF-8; use the filebase64 function to obtain the Base64 encoded contents or the other file functions (e.g. filemd5, filesha256) to obtain file hashing results instead"
                ),
            )
        })?;
        Ok(Value::string(text))
    }),
    Spec {
        returns: Returns::Type(Ty::Bool),
        ..of_path("fileexists", "Whether there is a regular file at a path.", exists)
    },
    Spec {
        params: &[PATH, Param::new("pattern", Ty::String)],
        returns: Returns::Type(Ty::Set(&Ty::String)),
        ..of_path(
            "fileset",
            "The regular files below a directory that match a pattern such as `**/*.json`, relative to it.",
            fileset,
        )
    },
];

/// The path without `.`, `..` and repeated slashes where the text alone says what is meant.
pub(super) fn clean(path: &str) -> String {
    let rooted = path.starts_with('/');
    let mut parts: Vec<&str> = Vec::new();
    for part in path.split('/') {
        match part {
            "" | "." => {}
            ".." if parts.last().is_some_and(|last| *last != "..") => {
                parts.pop();
            }
            ".." if rooted => {}
            part => parts.push(part),
        }
    }
    match (rooted, parts.join("/")) {
        (true, path) => format!("/{path}"),
        (false, path) if path.is_empty() => ".".to_owned(),
        (false, path) => path,
    }
}

/// `~` and `~/…` below the home directory.
fn home_path(call: &Call<'_>, path: &str) -> Result<String, FunctionError> {
    let Some(rest) = path.strip_prefix('~') else { return Ok(path.to_owned()) };
    if !rest.is_empty() && !rest.starts_with('/') {
        return Err(FunctionError::call("cannot expand user-specific home dir"));
    }
    let home = call.environment.world.home();
    let home =
        home.ok_or_else(|| FunctionError::call("the home directory of the current user is not known"))?;
    Ok(clean(&format!("{}/{rest}", home.to_string_lossy())))
}

fn expand(call: &Call<'_>) -> FunctionResult {
    home_path(call, call.text(0)?).map(Value::string)
}

/// The path to open: cleaned and with the home directory filled in.
fn target(call: &Call<'_>) -> Result<PathBuf, FunctionError> {
    let path = home_path(call, call.text(0)?)
        .map_err(|error| FunctionError::arg(0, format!("failed to expand ~: {}", error.message)))?;
    if path.contains('\0') {
        let message = format!("open {}: invalid argument", clean(&path));
        return Err(FunctionError::arg(0, message));
    }
    Ok(PathBuf::from(clean(&path)))
}

/// As [`read`] for functions that sum up a file: what is wrong with the path counts as an error of the call.
pub(super) fn read_whole(call: &Call<'_>) -> Result<Vec<u8>, FunctionError> {
    let path = target(call).map_err(|error| FunctionError::call(error.message))?;
    call.environment.world.read(&path).map_err(|error| {
        let why = if error.not_found { "no such file or directory" } else { &error.message };
        FunctionError::call(format!("open {}: {why}", path.to_string_lossy()))
    })
}

/// Bytes of the file that the first argument names.
pub(super) fn read(call: &Call<'_>) -> Result<Vec<u8>, FunctionError> {
    let path = target(call)?;
    call.environment.world.read(&path).map_err(|error| {
        if error.not_found {
            FunctionError::arg(
                0,
                format!(
                    "no file exists at {}; this function works only with files that are distributed as part of the configuration source code, so if this file will be created by a resource in this configuration you must instead obtain this result from an attribute of that resource",
                    ordain_gostd::quote(call.text(0).unwrap_or(""))
                ),
            )
        } else {
            FunctionError::arg(0, format!("failed to read file: {}", error.message))
        }
    })
}

fn exists(call: &Call<'_>) -> FunctionResult {
    let path = target(call)?;
    let found = call.environment.world.file_exists(&path);
    found.map(Value::bool).map_err(|error| FunctionError::call(error.message))
}

/// No file has a longer name.
const LONGEST_NAME: usize = 255;

fn fileset(call: &Call<'_>) -> FunctionResult {
    let (base, pattern) = (call.text(0)?, call.text(1)?);
    // The pattern goes below the directory first, so `..` in it can lead out again.
    let joined = clean(&format!("{base}/{pattern}"));
    let joined = if base.is_empty() || base == "." { clean(pattern) } else { joined };
    let failed = |why: &str| FunctionError::call(format!("failed to glob pattern {joined:?}: {why}"));
    let world = call.environment.world;
    // No file is below what cannot be a name.
    if joined.contains('\0') {
        return Ok(Value::set(Type::String, Vec::new()));
    }
    let Some(glob) = Glob::parse(&joined) else {
        // A pattern is first read when there is something to compare with it.
        return match world.walk(Path::new(&clean(base))) {
            Err(error) if error.not_found => Ok(Value::set(Type::String, Vec::new())),
            _ => Err(failed("syntax error in pattern")),
        };
    };
    let root = glob.root();
    let files = match world.walk(Path::new(&root)) {
        Ok(files) => files,
        // Nothing is below a file.
        Err(_) if world.file_exists(Path::new(&root)) == Ok(true) => Vec::new(),
        Err(error) if error.not_found || root.len() > LONGEST_NAME => Vec::new(),
        Err(error) => return Err(failed(&error.message)),
    };
    let base = clean(base);
    let names = files.iter().filter_map(|file| {
        let path = match root.as_str() {
            "." => file.clone(),
            "/" => format!("/{file}"),
            root => format!("{root}/{file}"),
        };
        if glob.matches(&path) { Some(Value::string(relative(&base, &path))) } else { None }
    });
    Ok(Value::set(Type::String, names.collect::<Vec<_>>()))
}

/// The way from a directory to a file.
fn relative(base: &str, path: &str) -> String {
    let parts = |path: &str| -> Vec<String> {
        path.split('/').filter(|part| !part.is_empty() && *part != ".").map(str::to_owned).collect()
    };
    let (base, path) = (parts(base), parts(path));
    let shared = base.iter().zip(&path).take_while(|(a, b)| a == b).count();
    let up = std::iter::repeat_n("..".to_owned(), base.len() - shared);
    up.chain(path.into_iter().skip(shared)).collect::<Vec<_>>().join("/")
}
