//! A backlog worked off with one to 64 partitions, and by one to four processors, between Kafka and PostgreSQL.

use std::sync::Arc;

use benches::rulebook;
use benches::site::{
    Backlog, Database, Documents, Lodged, Parts, Serve, Surroundings, make_topics, publish_all, setting,
};
use stream::{KafkaSettings, KafkaStream, Stream, Topics};

use crate::curve::{Allowed, Curve, Panel, Unit};
use crate::say;

const PARTITIONS: [i32; 4] = [1, 4, 16, 64];
const PROCESSORS: [usize; 3] = [1, 2, 4];
/// Partitions that several processors share.
const SHARED: i32 = 8;

/// One processor, more and more partitions.
pub async fn partitions(kafka: &str, postgres: &str) -> Panel {
    let mut curves = curves("memory of the processor");
    for partitions in PARTITIONS {
        say(&format!("{partitions} partitions"));
        add(&mut curves, u64::try_from(partitions).unwrap(), work_off(kafka, postgres, partitions, 1).await);
    }
    Panel { against: "partitions of one processor", curves }
}

/// More and more processors on the same machine, as many partitions.
pub async fn processors(kafka: &str, postgres: &str) -> Panel {
    let mut curves = curves("memory of all processors");
    for processors in PROCESSORS {
        say(&format!("{processors} processors"));
        add(&mut curves, processors as u64, work_off(kafka, postgres, SHARED, processors).await);
    }
    Panel { against: "processors that share eight partitions and the machine", curves }
}

fn curves(memory: &'static str) -> Vec<Curve> {
    vec![
        Curve::new("time of one, of the backlog's", Allowed::Whole, Unit::Microseconds),
        Curve::new("processor time of one, all parts", Allowed::Whole, Unit::Microseconds),
        Curve::new(memory, Allowed::Whole, Unit::Bytes),
    ]
}

fn add(curves: &mut [Curve], size: u64, found: [f64; 3]) {
    curves.iter_mut().zip(found).for_each(|(curve, value)| curve.add(size, value));
}

/// Microseconds and microseconds of processor time of a declaration, and bytes that the processors held at most.
async fn work_off(kafka: &str, postgres: &str, partitions: i32, processors: usize) -> [f64; 3] {
    let count = setting("THONGQUAN_GROWTH_BACKLOG", 10_000);
    let prefix = format!("growth-{}-{partitions}-{processors}.", std::process::id());
    let topics = Topics::new(&prefix);
    let stream: Arc<dyn Stream> = Arc::new(KafkaStream::open(KafkaSettings::new(kafka)).await.unwrap());
    make_topics(&stream, &topics.all(), partitions).await;
    let database = Database::create(postgres, &format!("growth_{partitions}_{processors}")).await;
    let mut documents = Documents::new(&rulebook());
    let facts = casework::facts_to_keep(&documents.facts()).unwrap();
    database.store.put_facts(&facts).await.unwrap();
    publish_all(&stream, documents.outgoing(&topics.lodged, count)).await;
    let folder = tempfile::tempdir().unwrap();
    let surroundings = Surroundings {
        brokers: kafka,
        database: &database.url,
        group: &prefix,
        prefix: &prefix,
        folder: folder.path(),
    };
    let mut serves: Vec<Serve> =
        (0..processors).map(|at| Serve::start(&surroundings, &format!("serve-{at}"))).collect();
    let parts = Parts::of(serves.iter().map(Serve::process).collect(), kafka, postgres);
    let lodged = Lodged { topic: &topics.lodged, partitions, count };
    let worked = Backlog::watch(&mut serves, &parts, &database, lodged).await;
    let memory: u64 = serves.iter().map(|serve| serve.process().memory_peak_mib()).sum();
    assert_eq!(database.rows("declarations").await, count, "each declaration is kept once");
    drop(serves);
    database.drop().await;
    let each = worked.counted.max(1) as f64;
    let spent = worked.spent.of_all_parts().unwrap_or(worked.spent.processor);
    [worked.took.as_secs_f64() * 1e6 / each, spent as f64 * 1e3 / each, memory as f64 * 1024.0 * 1024.0]
}
