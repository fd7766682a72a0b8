//! Charts to manifests: Go templates with Sprig's and Helm's functions.
