-- How much a thermostat heats, and how warm the room is, by the hour.
SELECT
  device,
  date_trunc('hour', time) AS hour,
  count(*) AS readings,
  avg(thermostat_status) AS share_heating,
  avg(current_temperature) AS mean_temperature
FROM thermostat
GROUP BY ALL
