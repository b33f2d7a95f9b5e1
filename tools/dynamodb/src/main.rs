//! `dynamodb-for-tests [FILE]` serves DynamoDB on a free port of 127.0.0.1, which it prints, from FILE or from memory.

use std::io::Write;

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let database = match std::env::args().nth(1) {
        Some(file) => dynoxide::Database::new(&file)?,
        None => dynoxide::Database::memory()?,
    };
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await?;
    println!("{}", listener.local_addr()?.port());
    std::io::stdout().flush()?;
    dynoxide::server::serve_on(listener, database).await;
    Ok(())
}
