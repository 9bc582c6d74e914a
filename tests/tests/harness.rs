//! The servers that stories stand on do what the stories ask of them.

use object_store::aws::{AmazonS3, AmazonS3Builder};
use object_store::{Error, ObjectStore, ObjectStoreExt, PutMode, RetryConfig};
use sqlx::{Connection, PgConnection};
use std::net::TcpStream;
use std::time::Duration;
use tests::harness::{Calls, Fault, FaultRule, Postgres, RabbitMq, S3, wait_until};

#[tokio::test]
async fn postgres_keeps_what_it_confirmed_over_a_crash_and_goes_when_dropped() {
    let postgres = Postgres::own().await;
    let url = postgres.new_database().await;
    let mut connection = PgConnection::connect(&url).await.unwrap();
    sqlx::query("CREATE TABLE notes (pitch int)")
        .execute(&mut connection)
        .await
        .unwrap();
    sqlx::query("INSERT INTO notes VALUES (60)").execute(&mut connection).await.unwrap();

    postgres.kill().await;
    assert!(PgConnection::connect(&url).await.is_err());
    postgres.start().await;

    let mut connection = PgConnection::connect(&url).await.unwrap();
    let pitch: i32 = sqlx::query_scalar("SELECT pitch FROM notes")
        .fetch_one(&mut connection)
        .await
        .unwrap();
    assert_eq!(pitch, 60);

    let port = url::Url::parse(&url).unwrap().port().unwrap();
    drop(postgres);
    assert!(TcpStream::connect(("127.0.0.1", port)).is_err());
}

#[tokio::test]
async fn stories_get_databases_of_their_own() {
    let postgres = Postgres::shared().await;
    let (one, other) = (postgres.new_database().await, postgres.new_database().await);
    let mut connection = PgConnection::connect(&one).await.unwrap();
    sqlx::query("CREATE TABLE notes (pitch int)")
        .execute(&mut connection)
        .await
        .unwrap();
    let mut connection = PgConnection::connect(&other).await.unwrap();
    assert!(sqlx::query("SELECT pitch FROM notes").execute(&mut connection).await.is_err());
}

#[tokio::test]
async fn rabbitmq_stops_starts_and_forgets_everything_when_wiped() {
    use lapin::options::QueueDeclareOptions;
    let rabbitmq = RabbitMq::own().await;
    let connection = lapin::Connection::connect(rabbitmq.uri(), lapin::ConnectionProperties::default())
        .await
        .unwrap();
    let durable = QueueDeclareOptions {
        durable: true,
        ..Default::default()
    };
    let channel = connection.create_channel().await.unwrap();
    channel.queue_declare("kept".into(), durable, Default::default()).await.unwrap();
    assert_eq!(rabbitmq.waiting("kept").await, Some(0));

    rabbitmq.stop().await;
    rabbitmq.start().await;
    assert_eq!(rabbitmq.waiting("kept").await, Some(0));

    rabbitmq.wipe().await;
    assert_eq!(rabbitmq.waiting("kept").await, None);
}

#[tokio::test]
async fn one_of_sixteen_racing_writers_wins() {
    let s3 = S3::own();
    let client = &client(&s3);
    for round in 0..10 {
        let path = &object_store::path::Path::from(format!("race/{round}"));
        let create = async |writer: u8| client.put_opts(path, vec![writer; 100].into(), PutMode::Create.into()).await;
        let results = futures::future::join_all((0..16).map(create)).await;
        let winners = results.iter().filter(|result| result.is_ok()).count();
        assert_eq!(winners, 1, "{results:?}");
    }
}

#[tokio::test]
async fn faults_of_the_store_are_what_they_say() {
    let s3 = S3::own();
    let client = client(&s3);
    let path = object_store::path::Path::from("performances/minuet");
    let once = |calls, fault| {
        s3.faults().add(FaultRule {
            calls,
            path_contains: "minuet".to_owned(),
            fault,
            times: 1,
        })
    };

    once(Calls::Writes, Fault::Refuse);
    client.put(&path, "refused".into()).await.unwrap_err();
    assert!(matches!(client.head(&path).await, Err(Error::NotFound { .. })));

    // The write was done although its caller heard nothing.
    once(Calls::Writes, Fault::LoseResponse);
    client.put(&path, "first".into()).await.unwrap_err();
    assert_eq!(client.get(&path).await.unwrap().bytes().await.unwrap(), "first");

    // A caller that gives up waiting does not stop the write.
    once(Calls::Writes, Fault::AnswerLate(Duration::from_secs(60)));
    let given_up = tokio::time::timeout(Duration::from_millis(300), client.put(&path, "second".into())).await;
    assert!(given_up.is_err());
    wait_until(Duration::from_secs(10), "the late write is seen", async || {
        let seen = client.get(&path).await.unwrap().bytes().await.unwrap();
        if seen == "second" { Ok(()) } else { Err(format!("{seen:?}")) }
    })
    .await;

    once(Calls::Reads, Fault::TruncateBody);
    let body = client.get(&path).await.unwrap().bytes().await;
    assert!(body.is_err(), "{body:?}");
    assert_eq!(s3.faults().met(), 4);

    s3.kill();
    client.get(&path).await.unwrap_err();
    s3.start();
    assert_eq!(client.get(&path).await.unwrap().bytes().await.unwrap(), "second");
}

#[tokio::test]
#[should_panic(expected = "still waiting until pigs fly; last seen: pigs on the ground")]
async fn waiting_has_a_limit_and_tells_what_it_saw() {
    wait_until::<(), _>(Duration::ZERO, "pigs fly", async || Err("pigs on the ground")).await;
}

/// A client that does not try again.
fn client(s3: &S3) -> AmazonS3 {
    AmazonS3Builder::new()
        .with_endpoint(s3.endpoint())
        .with_bucket_name(s3.new_bucket())
        .with_region(S3::REGION)
        .with_access_key_id(S3::ACCESS_KEY)
        .with_secret_access_key(S3::SECRET_KEY)
        .with_allow_http(true)
        .with_retry(RetryConfig {
            max_retries: 0,
            ..Default::default()
        })
        .build()
        .unwrap()
}
