//! What is published is answered to whoever published it.

use std::sync::Arc;
use std::time::Duration;

use stream::{
    CAUSE_HEADER, Correspondence, EVENT_ID_HEADER, ListenError, Outgoing, Role, StreamError, TailFrom, TopicSpec,
    Topics, as_cause,
};
use tokio::time::Instant;

use crate::backend::{Backend, unique};
use crate::support::{PATIENCE, outgoing};

/// The topics of an installation of the case's own.
async fn installation(backend: &Backend) -> Topics {
    let topics = Topics::new(&unique("site."));
    let specs = topics.all().map(|name| TopicSpec { name: name.to_owned(), partitions: 2, replication: 1 });
    backend.stream.ensure_topics(&specs).await.expect("created");
    topics
}

/// What the processor would send on a message.
fn answer(topics: &Topics, role: Role, cause: &str, number: usize) -> Outgoing {
    let mut answer = outgoing(topics.name(role), "0101243150", number);
    answer.headers.push((CAUSE_HEADER.to_owned(), as_cause(cause.as_bytes()).into_bytes()));
    answer
}

fn question(topics: &Topics, number: usize) -> Outgoing {
    outgoing(&topics.lodged, "0101243150", number)
}

pub(crate) async fn each_exchange_hears_the_answers_to_what_it_published(backend: &Backend) {
    let topics = installation(backend).await;
    let roles = [Role::Notices, Role::Unreadable];
    let stream = backend.stream.clone();
    let correspondence = Correspondence::open(stream, &topics, &roles).await.expect("listening");
    let (mut one, mut other) = (correspondence.exchange(), correspondence.exchange());
    let questions: Vec<Outgoing> = (0..3).map(|number| question(&topics, number)).collect();
    let ids: Vec<String> = questions.iter().map(|question| question.event_id.clone()).collect();
    one.publish(questions[..2].to_vec()).await.expect("published");
    other.publish(questions[2..].to_vec()).await.expect("published");

    let processor = backend.another_handle().await;
    let mut answers = vec![
        // Nobody's, an answer to nothing, two answers to one message, and one on another topic.
        outgoing(&topics.notices, "k", 70),
        answer(&topics, Role::Notices, "somebody else's", 71),
        answer(&topics, Role::Notices, &ids[0], 72),
        answer(&topics, Role::Notices, &ids[2], 73),
        answer(&topics, Role::Notices, &ids[0], 74),
    ];
    answers.push(answer(&topics, Role::Unreadable, &ids[1], 75));
    processor.publish(answers).await.expect("answered");

    let deadline = Instant::now() + PATIENCE;
    let mut heard = Vec::new();
    for _ in 0..3 {
        let answer = one.next(deadline).await.expect("listening").expect("an answer");
        let number = answer.message.header_text("number").expect("a number").into_owned();
        heard.push((answer.event_id, answer.role, number));
    }
    let of = |id: &String| heard.iter().filter(|(event_id, ..)| event_id == id).cloned().collect::<Vec<_>>();
    assert_eq!(
        of(&ids[0]),
        ["72", "74"].map(|number| (ids[0].clone(), Role::Notices, number.to_owned())),
        "both, in order"
    );
    assert_eq!(of(&ids[1]), [(ids[1].clone(), Role::Unreadable, "75".to_owned())]);
    let answer = other.next(deadline).await.expect("listening").expect("an answer");
    assert_eq!((answer.event_id, answer.role), (ids[2].clone(), Role::Notices));

    // Nothing more comes, and the deadline ends the wait.
    assert!(one.next(Instant::now() + Duration::from_millis(200)).await.expect("listening").is_none());
}

pub(crate) async fn many_tasks_share_one_correspondence(backend: &Backend) {
    const TASKS: usize = 20;
    let topics = installation(backend).await;
    let stream = backend.stream.clone();
    let correspondence = Correspondence::open(stream, &topics, &[Role::Notices]).await.expect("listening");
    let correspondence = Arc::new(correspondence);
    let deadline = Instant::now() + PATIENCE;
    let ask = |number| {
        let (correspondence, question) = (correspondence.clone(), question(&topics, number));
        tokio::spawn(async move {
            let id = question.event_id.clone();
            let mut exchange = correspondence.exchange();
            exchange.publish(vec![question]).await.expect("published");
            let answer = exchange.next(deadline).await.expect("listening").expect("an answer");
            assert_eq!(answer.event_id, id);
        })
    };
    let tasks: Vec<_> = (0..TASKS).map(ask).collect();
    let processor = backend.another_handle().await;
    let mut lodged = processor.tail(&topics.lodged, TailFrom::Beginning).await.expect("a tail");
    for number in 0..TASKS {
        let message = lodged.next(PATIENCE).await.expect("no error").expect("a message");
        let cause = message.header_text(EVENT_ID_HEADER).expect("an identifier");
        processor.publish(vec![answer(&topics, Role::Notices, &cause, number)]).await.expect("answered");
    }
    for task in tasks {
        task.await.expect("answered");
    }
}

pub(crate) async fn what_is_settled_is_waited_for_no_more(backend: &Backend) {
    let topics = installation(backend).await;
    let stream = backend.stream.clone();
    let correspondence = Correspondence::open(stream, &topics, &[Role::Notices]).await.expect("listening");
    let (mut settled, mut waiting) = (correspondence.exchange(), correspondence.exchange());
    // An identifier that is longer than answers repeat, and holds what they leave out.
    let question = Outgoing { event_id: format!("lodged\n{}", "x".repeat(300)), ..question(&topics, 0) };
    let id = question.event_id.clone();
    settled.publish(vec![question]).await.expect("published");
    // The same message may have been published by another, such as a retry.
    waiting.wait_for(&id).expect("listening");
    settled.settle(&id);
    assert!(!settled.awaits(&id) && waiting.awaits(&id));
    backend.stream.publish(vec![answer(&topics, Role::Notices, &id, 1)]).await.expect("answered");
    let deadline = Instant::now() + PATIENCE;
    assert_eq!(waiting.next(deadline).await.expect("listening").map(|answer| answer.event_id), Some(id));
    // With nothing to wait for, there is no wait.
    assert!(settled.next(deadline).await.expect("listening").is_none());
    assert!(Instant::now() < deadline);
}

pub(crate) async fn a_topic_that_cannot_be_listened_to_is_named(backend: &Backend) {
    let topics = Topics::new(&unique("nobody-made-these."));
    let opened = Correspondence::open(backend.stream.clone(), &topics, &[Role::Answers]).await;
    let Err(ListenError { role, cause }) = opened else { panic!("it listens to a topic that is not there") };
    assert_eq!(role, Role::Answers);
    assert!(matches!(&*cause, StreamError::UnknownTopic { topic } if *topic == topics.answers), "{cause:?}");
}
