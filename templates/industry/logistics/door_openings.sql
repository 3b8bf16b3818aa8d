-- Share of readings with an open door, and the warmest of them, per device and hour.
SELECT
  device,
  date_trunc('hour', time) AS hour,
  avg(CASE WHEN door THEN 1.0 ELSE 0.0 END) AS share_open,
  max(temperature) FILTER (WHERE door) AS warmest_while_open
FROM climate
GROUP BY ALL
