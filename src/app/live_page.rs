//! Pages with the live room in them. Most of a page is the same for all of its readers, and most of it was on the
//! page before: it is put together from fragments, of which each is rendered once, and filled in for its reader.
//!
//! *Invariant:* a page that was put together is byte for byte what rendering it for its reader alone gives, but
//! for its nonce and its key; and it is never older than what was read when it was asked for.
//!
//! What is kept is dropped by what changes on it. A page has, of each room in its list, its `seq` and when something was
//! posted in it: so a message in any of those drops it, however small the change, and a message in another room, a read
//! mark or a session leave it. Another name of anybody drops all of them, since each may have something by them. What
//! that costs is little, as what one room changes does: the lines that are the same are fragments that are kept.

mod document;
mod draft;
mod fragments;
mod place_json;
mod template;

pub use document::rendered;
pub use fragments::thread_line;

use crate::app::shell::{Assets, Print, is_watched};
use fragments::{FragmentCache, Renderer, TooMuch, fragment_cache};
use parlour_protocol::{RoomId, UserId};
use parlour_server::invalidation::Source;
use parlour_server::page_content::{self, At, ReaderState};
use parlour_server::read_cache::ReadCache;
use parlour_server::rooms::{self, Visibility};
use parlour_server::{ClientAddress, Context, Scope, ServiceError};
use std::sync::Arc;
use template::PageTemplate;

/// Bytes of templates that are kept; the rest are put together when they are asked for.
const TEMPLATE_BYTES: usize = 16 * 1024 * 1024;

/// Fragments that are rendered on the thread that asks for a page; more are the work of the share.
const FEW: usize = 8;

/// The pages, and what was rendered of them.
pub struct LivePages {
    ctx: Arc<Context>,
    assets: Arc<Assets>,
    templates: ReadCache<PageKey, Kept>,
    fragments: FragmentCache,
}

/// Who is given the same template.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
struct PageKey {
    visibility: Visibility,
    at: Option<At>,
    is_somebody: bool,
    /// Which rooms the reader belongs to, where that decides which are listed.
    own: Option<Arc<[RoomId]>>,
}

/// A template that others may be given.
#[derive(Clone, Debug)]
struct Kept {
    /// Who its content was read for. Their memberships may have changed between the key and the content.
    reader: Option<UserId>,
    template: Arc<PageTemplate>,
}

impl Kept {
    /// What it was read from under this key. Rooms that it might list, and does not, are in the key, or in the list of
    /// all that are open.
    fn sources(&self, key: &PageKey) -> impl Iterator<Item = Source> {
        let content = self.template.content().sources();
        let reader = self.reader.map(Source::Memberships);
        content.chain(key.visibility.sources()).chain(reader)
    }
}

impl LivePages {
    /// The pages of this context, none of them rendered yet.
    pub fn new(ctx: Arc<Context>, assets: Arc<Assets>) -> Self {
        let invalidations = Arc::clone(ctx.store.invalidations());
        Self {
            ctx,
            assets,
            templates: ReadCache::new(invalidations, TEMPLATE_BYTES),
            fragments: fragment_cache(),
        }
    }

    /// The page for this reader there.
    ///
    /// # Errors
    /// They may not see what would be on it, or the database failed; [`ServiceError::Overloaded`] where too much
    /// waits to be rendered.
    pub async fn page(
        self: &Arc<Self>,
        scope: &Scope,
        at: Option<At>,
    ) -> Result<Print, ServiceError> {
        // The script by which the development server reloads a page has the page's nonce, and no slot for it.
        if is_watched() {
            let place = page_content::place(&self.ctx, scope, at).await?;
            return Ok(rendered(&self.assets, &self.ctx.settings, &place));
        }
        let mut template = self.template(scope, at).await?;
        let mut reader = self.reader(scope, &template).await?;
        if let Some(unread) = template.content().begins_at(at, &reader) {
            template = self.template(scope, Some(unread)).await?;
            reader = self.reader(scope, &template).await?;
        }
        let filled = move |renderer: &mut Renderer| template.filled(&reader, renderer);
        self.render(scope.address, filled).await
    }

    async fn reader(
        &self,
        scope: &Scope,
        template: &PageTemplate,
    ) -> Result<ReaderState, ServiceError> {
        page_content::reader_state(&self.ctx, scope, template.content()).await
    }

    async fn template(
        self: &Arc<Self>,
        scope: &Scope,
        at: Option<At>,
    ) -> Result<Arc<PageTemplate>, ServiceError> {
        // Before anything is read: what is written meanwhile is later.
        let moment = self.templates.moment();
        let key = PageKey {
            visibility: rooms::visibility(&self.ctx, scope).await?,
            at,
            is_somebody: scope.person.is_some(),
            own: None,
        };
        let among = |own| PageKey {
            own: Some(own),
            ..key.clone()
        };
        let mut known = self.known(&key);
        if known.is_none() {
            let own = rooms::belongs_to(&self.ctx, scope).await?;
            known = self.known(&among(own));
        }
        if let Some(known) = known {
            return Ok(known);
        }
        let content = Arc::new(page_content::read(&self.ctx, scope, at).await?);
        let key = match content.lists_all_rooms() && !key.visibility.is_personal() {
            true => key,
            false => among(rooms::belongs_to(&self.ctx, scope).await?),
        };
        let is_somebody = key.is_somebody;
        let put_together =
            move |renderer: &mut Renderer| PageTemplate::new(&content, is_somebody, renderer);
        let template = Arc::new(self.render(scope.address, put_together).await?);
        // Let into a room in between: it is theirs to see, and nobody else's who was as they were before.
        if !key.visibility.has(template.content().hidden()) {
            return Ok(template);
        }
        let kept = Kept {
            reader: scope.user_id(),
            template: Arc::clone(&template),
        };
        self.templates.put(moment, key, kept, template.bytes());
        Ok(template)
    }

    /// The template under this key, if nothing of it has changed since, and who is there are the same people: of them
    /// no database knows.
    fn known(&self, key: &PageKey) -> Option<Arc<PageTemplate>> {
        let sources = |kept: &Kept| kept.sources(key).collect::<Vec<_>>();
        let Kept { template, .. } = self.templates.get(key, sources)?;
        template.content().is_present(&self.ctx).then_some(template)
    }

    /// Does this here, if few fragments have to be rendered for it; else in the share.
    async fn render<T: Send + 'static>(
        self: &Arc<Self>,
        address: ClientAddress,
        work: impl Fn(&mut Renderer) -> Result<T, TooMuch> + Send + 'static,
    ) -> Result<T, ServiceError> {
        if let Ok(done) = work(&mut self.renderer(FEW)) {
            return Ok(done);
        }
        let pages = Arc::clone(self);
        let rest = async move { work(&mut pages.renderer(usize::MAX)) };
        let done = self.ctx.share.run(address, rest).await?;
        done.map_err(|TooMuch| ServiceError::Overloaded)
    }

    fn renderer(&self, left: usize) -> Renderer<'_> {
        Renderer {
            cache: &self.fragments,
            assets: &self.assets,
            settings: &self.ctx.settings,
            left,
        }
    }
}
