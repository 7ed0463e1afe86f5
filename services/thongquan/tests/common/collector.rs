//! A collector of traces for tests.
#![allow(dead_code, reason = "each test uses a part of it")]

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::routing::post;
use opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceRequest;
use opentelemetry_proto::tonic::trace::v1::Span;
use prost::Message as _;

/// A collector on loopback, and what it has been told.
#[derive(Clone, Default)]
pub(crate) struct Collector {
    spans: Arc<Mutex<Vec<Span>>>,
}

impl Collector {
    pub(crate) async fn start(&self) -> String {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = format!("http://{}", listener.local_addr().unwrap());
        let router = Router::new().route("/v1/traces", post(take)).with_state(self.clone());
        tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
        address
    }

    pub(crate) fn spans(&self) -> Vec<Span> {
        self.spans.lock().unwrap().clone()
    }

    /// The spans of a trace by their names; several of one name are one after the other.
    pub(crate) fn trace(&self, trace_id: &[u8]) -> BTreeMap<String, Vec<Span>> {
        let mut trace: BTreeMap<String, Vec<Span>> = BTreeMap::new();
        for span in self.spans().into_iter().filter(|span| span.trace_id == trace_id) {
            trace.entry(span.name.clone()).or_default().push(span);
        }
        trace
    }
}

async fn take(State(collector): State<Collector>, body: Bytes) {
    let request = ExportTraceServiceRequest::decode(body).unwrap();
    for of_resource in request.resource_spans {
        let resource = of_resource.resource.unwrap();
        assert!(resource.attributes.iter().any(|attribute| attribute.key == "service.name"));
        for of_scope in of_resource.scope_spans {
            collector.spans.lock().unwrap().extend(of_scope.spans);
        }
    }
}
