//! What is under fire: servers and processors of our own, and what is done to them.

use std::sync::Arc;
use std::time::Duration;

use rand::RngExt as _;
use rand_chacha::ChaCha12Rng;
use simulator::Lodged;

use crate::account;
use crate::common::{Backend, PARTITIONS, lodged_at_ms};
use crate::payer::Payer;
use crate::processors::Processor;
use crate::raw::{self, Placed};
use crate::servers::Servers;

/// A short session, so that a held processor is given up soon.
pub(crate) const SESSION: Duration = Duration::from_secs(3);

/// A message to be lodged, with the word that chooses its partition. Its key is the declarant's tax code wherever it lies.
pub(crate) type Keyed = (String, Lodged);

/// Lodges messages, the first of which is this one of all, counted from 0.
pub(crate) async fn publish(backend: &Backend, lodged: &[Keyed], first: usize) {
    let place = |(at, (word, lodged)): (usize, &Keyed)| Placed {
        partition: raw::partition_for(word),
        key: Some(lodged.tax_code.clone().into_bytes()),
        payload: Some(lodged.document.clone()),
        event_id: Some(lodged.event_id.clone()),
        timestamp_ms: lodged_at_ms(first + at),
    };
    raw::place(backend, &backend.topics.lodged, lodged.iter().enumerate().map(place).collect()).await;
}

pub(crate) struct Site {
    pub(crate) servers: Servers,
    pub(crate) backend: Backend,
    pub(crate) processors: Vec<Processor>,
    /// How often a processor ended by itself, and was started again as a supervisor would.
    pub(crate) ended_by_themselves: usize,
    pub(crate) lodged: Arc<Vec<Keyed>>,
    pub(crate) published: usize,
    /// In how many parts the messages are lodged; each meets with one thing that goes wrong.
    pub(crate) portions: usize,
    pub(crate) chance: ChaCha12Rng,
    pub(crate) payer: Payer,
}

impl Site {
    /// Pays what is owed by now, and lodges the next portion. Says how many messages that is.
    async fn lodge(&mut self) -> usize {
        let portion = (self.lodged.len() / self.portions).max(1).min(self.lodged.len() - self.published);
        self.payer.pay(&self.backend).await;
        let lodged = Arc::clone(&self.lodged);
        publish(&self.backend, &lodged[self.published..self.published + portion], self.published).await;
        self.published += portion;
        portion
    }

    /// Lodges the next portion, and waits until the processors are in the middle of it.
    async fn midway(&mut self) {
        let portion = self.lodge().await;
        let behind = portion * self.chance.random_range(30..80) / 100;
        self.until(self.published - behind).await;
    }

    pub(crate) async fn all_of_it(&mut self) {
        self.until(self.published).await;
    }

    async fn until(&mut self, count: usize) {
        let (processors, ended) = (&mut self.processors, &mut self.ended_by_themselves);
        account::until_dealt_with(&self.backend, &self.backend.topics.lodged, count, || tend(processors, ended)).await;
    }

    /// Waits until every payment is dealt with, and every notice is sent.
    pub(crate) async fn all_is_paid_and_sent(&mut self) {
        let (processors, ended) = (&mut self.processors, &mut self.ended_by_themselves);
        account::until_all_is_sent(&self.backend, || tend(processors, ended)).await;
        self.payer.pay(&self.backend).await;
        let settled = &self.backend.topics.settled;
        account::until_dealt_with(&self.backend, settled, self.payer.confirmed, || tend(processors, ended)).await;
        account::until_all_is_sent(&self.backend, || tend(processors, ended)).await;
    }

    /// How often partitions of the lodged declarations have changed hands.
    async fn changes_of_hands(&self) -> i64 {
        let mut sum = 0;
        for partition in 0..PARTITIONS {
            let partition = self.backend.partition(&self.backend.topics.lodged, partition);
            sum += self.backend.store.position(&partition).await.unwrap().map_or(0, |position| position.epoch);
        }
        sum
    }

    async fn pause(&mut self, milliseconds: std::ops::Range<u64>) {
        tokio::time::sleep(Duration::from_millis(self.chance.random_range(milliseconds))).await;
    }

    pub(crate) async fn kill_a_processor(&mut self) {
        self.midway().await;
        let victim = self.chance.random_range(0..self.processors.len());
        self.processors[victim].kill();
        self.pause(0..800).await;
        self.processors[victim].start();
    }

    /// Holds the processor that has every partition until another has taken all of them over, then lets it go on in the
    /// middle of the next portion.
    pub(crate) async fn hold_a_processor(&mut self) {
        self.processors[1].kill();
        self.midway().await;
        let before = self.changes_of_hands().await;
        self.processors[0].signal("STOP");
        self.processors[1].start();
        self.all_of_it().await;
        assert!(self.changes_of_hands().await > before, "the held processor's partitions were taken over");
        self.midway().await;
        self.processors[0].signal("CONT");
        self.all_of_it().await;
    }

    /// Processors are killed between the broker's acknowledgement and the outbox: what they sent is sent again. The
    /// database keeps them waiting there, by a lock that the test holds.
    pub(crate) async fn kill_after_publishing(&mut self) {
        const LOCK: i64 = 7_001;
        let pool = sqlx::PgPool::connect(&self.backend.setting("THONGQUAN_STORAGE__URL")).await.unwrap();
        let mut lock = pool.acquire().await.unwrap();
        sqlx::query("SELECT pg_advisory_lock($1)").bind(LOCK).execute(&mut *lock).await.unwrap();
        let trigger = format!(
            "CREATE FUNCTION wait_for_the_test() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN \
             PERFORM pg_advisory_xact_lock_shared({LOCK}); RETURN NULL; END $$; \
             CREATE TRIGGER wait_for_the_test BEFORE DELETE ON outbox FOR EACH STATEMENT \
             EXECUTE FUNCTION wait_for_the_test()"
        );
        sqlx::raw_sql(sqlx::AssertSqlSafe(trigger)).execute(&pool).await.unwrap();
        self.lodge().await;
        let begun = std::time::Instant::now();
        let waiting = "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted";
        while sqlx::query_scalar::<_, i64>(waiting).fetch_one(&pool).await.unwrap() == 0 {
            assert!(begun.elapsed() < account::PATIENCE, "nobody clears the outbox");
            tend(&mut self.processors, &mut self.ended_by_themselves);
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        for processor in &mut self.processors {
            processor.kill();
        }
        // Otherwise the server would clear the outbox for those who are no more.
        let end = "SELECT pg_terminate_backend(pid) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted";
        sqlx::query(end).execute(&pool).await.unwrap();
        sqlx::raw_sql("DROP TRIGGER wait_for_the_test ON outbox").execute(&pool).await.unwrap();
        sqlx::query("SELECT pg_advisory_unlock($1)").bind(LOCK).execute(&mut *lock).await.unwrap();
        drop(lock);
        pool.close().await;
        for processor in &mut self.processors {
            processor.start();
        }
        self.all_of_it().await;
    }

    pub(crate) async fn kill_a_server(&mut self, name: &str) {
        self.midway().await;
        self.servers.kill(name);
        self.pause(500..2_000).await;
        self.servers.start_again(name);
        self.all_of_it().await;
    }

    pub(crate) async fn kill_everything(&mut self) {
        self.midway().await;
        self.servers.kill("postgres");
        self.processors[0].kill();
        self.servers.kill("kafka");
        self.processors[1].kill();
        self.servers.start_again("postgres");
        self.processors[0].start();
        self.servers.start_again("kafka");
        self.processors[1].start();
        self.all_of_it().await;
    }

    /// Withdraws every so manieth declaration that draws on a balance with plenty, while a processor is killed. Says how
    /// many.
    pub(crate) async fn withdraw(&mut self, withdrawals: Vec<(String, Vec<u8>)>) -> usize {
        let count = withdrawals.len();
        let lodged: Vec<Keyed> = withdrawals
            .into_iter()
            .enumerate()
            .map(|(at, (key, document))| {
                let event_id = format!("withdrawal-{at}");
                let message::Reading::Read { declaration, .. } = message::read_declaration(&document) else {
                    panic!("a withdrawal cannot be read");
                };
                let tax_code = declaration.declarant().unwrap().to_owned();
                (key, Lodged { tax_code, event_id, document, intent: simulator::Intent::Sound })
            })
            .collect();
        publish(&self.backend, &lodged, self.published).await;
        self.published += count;
        self.until(self.published - count / 2).await;
        self.processors[0].kill();
        self.processors[0].start();
        self.all_of_it().await;
        count
    }
}

/// Starts processors again that ended by themselves.
fn tend(processors: &mut [Processor], ended_by_themselves: &mut usize) {
    for processor in processors {
        if processor.has_just_ended() {
            *ended_by_themselves += 1;
            processor.start();
        }
    }
}
