//! Icons: one set (Lucide), one sprite (`public/icons.svg`, made by `public/icons.mjs`).

use crate::dom::{View, view};

include!(concat!(env!("OUT_DIR"), "/icons.rs"));

/// An icon of the sprite; the doc of each is its name there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Icon {
    /// `archive`.
    Archive,
    /// `arrow-left`.
    ArrowLeft,
    /// `calendar`.
    Calendar,
    /// `check`.
    Check,
    /// `chevron-down`.
    ChevronDown,
    /// `chevron-right`.
    ChevronRight,
    /// `circle-alert`.
    Alert,
    /// `circle-user`.
    Account,
    /// `code`.
    Code,
    /// `download`.
    Download,
    /// `ellipsis`.
    More,
    /// `eye`.
    Eye,
    /// `file`.
    File,
    /// `file-archive`.
    FileArchive,
    /// `file-audio`.
    FileAudio,
    /// `file-image`.
    FileImage,
    /// `file-pen`.
    Draft,
    /// `file-text`.
    FileText,
    /// `file-video`.
    FileVideo,
    /// `folder`.
    Folder,
    /// `folder-input`.
    Move,
    /// `folder-plus`.
    FolderPlus,
    /// `forward`.
    Forward,
    /// `inbox`.
    Inbox,
    /// `keyboard`.
    Keyboard,
    /// `list-checks`.
    Headers,
    /// `log-out`.
    SignOut,
    /// `mail`.
    Mail,
    /// `mail-open`.
    MailOpen,
    /// `maximize-2`.
    Enlarge,
    /// `menu`.
    Menu,
    /// `minimize-2`.
    Shrink,
    /// `moon`.
    Moon,
    /// `octagon-alert`.
    Junk,
    /// `paperclip`.
    Paperclip,
    /// `pencil`.
    Pencil,
    /// `printer`.
    Printer,
    /// `refresh-cw`.
    Again,
    /// `reply`.
    Reply,
    /// `reply-all`.
    ReplyAll,
    /// `search`.
    Search,
    /// `send`.
    Send,
    /// `settings`.
    Settings,
    /// `square-pen`.
    Write,
    /// `star`.
    Star,
    /// `sun`.
    Sun,
    /// `trash-2`.
    Trash,
    /// `triangle-alert`.
    Warning,
    /// `wifi-off`.
    NoLink,
    /// `x`.
    Cross,
}

impl Icon {
    fn name(self) -> &'static str {
        match self {
            Self::Archive => "archive",
            Self::ArrowLeft => "arrow-left",
            Self::Calendar => "calendar",
            Self::Check => "check",
            Self::ChevronDown => "chevron-down",
            Self::ChevronRight => "chevron-right",
            Self::Alert => "circle-alert",
            Self::Account => "circle-user",
            Self::Code => "code",
            Self::Download => "download",
            Self::More => "ellipsis",
            Self::Eye => "eye",
            Self::File => "file",
            Self::FileArchive => "file-archive",
            Self::FileAudio => "file-audio",
            Self::FileImage => "file-image",
            Self::Draft => "file-pen",
            Self::FileText => "file-text",
            Self::FileVideo => "file-video",
            Self::Folder => "folder",
            Self::Move => "folder-input",
            Self::FolderPlus => "folder-plus",
            Self::Forward => "forward",
            Self::Inbox => "inbox",
            Self::Keyboard => "keyboard",
            Self::Headers => "list-checks",
            Self::SignOut => "log-out",
            Self::Mail => "mail",
            Self::MailOpen => "mail-open",
            Self::Enlarge => "maximize-2",
            Self::Menu => "menu",
            Self::Shrink => "minimize-2",
            Self::Moon => "moon",
            Self::Junk => "octagon-alert",
            Self::Paperclip => "paperclip",
            Self::Pencil => "pencil",
            Self::Printer => "printer",
            Self::Again => "refresh-cw",
            Self::Reply => "reply",
            Self::ReplyAll => "reply-all",
            Self::Search => "search",
            Self::Send => "send",
            Self::Settings => "settings",
            Self::Write => "square-pen",
            Self::Star => "star",
            Self::Sun => "sun",
            Self::Trash => "trash-2",
            Self::Warning => "triangle-alert",
            Self::NoLink => "wifi-off",
            Self::Cross => "x",
        }
    }

    /// The icon, hidden from screen readers: what it means is said by the control that holds it.
    pub(crate) fn view(self) -> View {
        let address = [SPRITE, "#", self.name()].concat();
        view! {
            <svg class="icon" aria-hidden="true" focusable="false">
                <use href=address></use>
            </svg>
        }
    }
}

#[cfg(test)]
mod tests {
    const CODE: &str = include_str!("icon.rs");
    const SVG: &str = include_str!("../../../public/icons.svg");

    #[test]
    fn the_sprite_holds_the_icons_in_use_and_no_others() {
        let named: Vec<&str> = CODE
            .lines()
            .filter_map(|line| line.split_once("=> \"")?.1.strip_suffix("\","))
            .collect();

        assert_eq!(SVG.matches("<symbol").count(), named.len());
        for name in named {
            assert!(SVG.contains(&format!("<symbol id=\"{name}\"")), "{name}");
        }
    }
}
