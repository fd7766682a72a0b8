//! `ordain dev …`: tools for those who develop this program.

pub mod render_chart;
